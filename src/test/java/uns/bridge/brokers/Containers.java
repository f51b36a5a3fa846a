package uns.bridge.brokers;

import com.github.dockerjava.api.exception.NotModifiedException;
import org.testcontainers.containers.GenericContainer;

/**
 * Stops and starts a container without losing it: Testcontainers' own {@code stop} removes the container, and with it
 * the broker's data.
 */
final class Containers {
    private Containers() {}

    static void stop(GenericContainer<?> container) {
        try {
            container
                    .getDockerClient()
                    .stopContainerCmd(container.getContainerId())
                    .exec();
        } catch (NotModifiedException e) {
            // Stopped already.
            return;
        }
    }

    static void startAgain(GenericContainer<?> container) {
        try {
            container
                    .getDockerClient()
                    .startContainerCmd(container.getContainerId())
                    .exec();
        } catch (NotModifiedException e) {
            // Running already.
            return;
        }
    }
}
