package uns.bridge;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT. A shutdown hook would not do: it ends the process with code 143, and hears no second signal.
 *
 * <p>{@code sun.misc.Signal} is all the JDK has for it. It is reached by reflection, because the compiler warns of its use in
 * a way that can't be suppressed.
 */
final class Signals {

    private Signals() {}

    /** Calls {@code first} at the first signal, {@code again} at any later one. */
    static void onTermination(Runnable first, Runnable again) {
        AtomicBoolean asked = new AtomicBoolean();
        Runnable handler = () -> (asked.getAndSet(true) ? again : first).run();
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {signalHandler}, (self, method, arguments) -> {
                        return switch (method.getName()) {
                            case "handle" -> {
                                handler.run();
                                yield null;
                            }
                            case "equals" -> self == arguments[0];
                            case "hashCode" -> System.identityHashCode(self);
                            default -> "termination";
                        };
                    });
            for (String name : new String[] {"TERM", "INT"}) {
                signal.getMethod("handle", signal, signalHandler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException e) {
            LoggerFactory.getLogger(Signals.class).warn("No signal handling here, falling back to a shutdown hook", e);
            Runtime.getRuntime().addShutdownHook(new Thread(first, "stop"));
        }
    }
}
