package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdminLookupTest {

    static Stream<Exception> refusals() {
        return Stream.of(
                new InvalidTopicException("collides"),
                new PolicyViolationException("name must begin with plant_"),
                new TopicAuthorizationException("Authorization failed."),
                new ClusterAuthorizationException("Authorization failed."));
    }

    static Stream<Exception> others() {
        return Stream.of(
                new TimeoutException("no answer"),
                new SaslAuthenticationException("wrong password"),
                new InvalidReplicationFactorException("only 1 of 3 brokers"),
                new InvalidPartitionsException("0"),
                new InvalidConfigurationException("Unknown topic config name: x"),
                new TopicExistsException("just created"));
    }

    @Test
    void shouldTakeNoRefusalWhenKafkaWouldCreateTheTopic() throws Exception {
        assertThat(AdminLookup.refusal(KafkaFuture.completedFuture(null))).isNull();
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldTakeARefusalWhenKafkaWillNotCreateTheTopic(Exception refusal) throws Exception {
        assertThat(AdminLookup.refusal(failed(refusal))).isSameAs(refusal);
    }

    @ParameterizedTest
    @MethodSource("others")
    void shouldTellNothingWhenTheAnswerMayChangeByItself(Exception other) {
        assertThatThrownBy(() -> AdminLookup.refusal(failed(other)))
                .isInstanceOf(KafkaException.class)
                .hasCause(other);
    }

    @Test
    void shouldNameTheTopicAndTheReasonWhenItIsRefused() {
        assertThat(AdminLookup.reason("t", new PolicyViolationException("3 wanted")))
                .isEqualTo("topic t does not exist and Kafka does not create it: 3 wanted");
        assertThat(AdminLookup.reason("t", new TopicAuthorizationException("Authorization failed.")))
                .contains("topic t ")
                .endsWith(": the bridge has no permission to create topics: Authorization failed.");
        assertThat(AdminLookup.reason("t", null)).contains("topic t ").endsWith("(auto.create.topics.enable)");
    }

    /** A client that does not end, as while a resolver of names does not answer. */
    public static final class Hanging extends DefaultSslEngineFactory {

        private static final CountDownLatch ASKED = new CountDownLatch(1);
        private static final CountDownLatch LET_GO = new CountDownLatch(1);

        @Override
        public SSLEngine createClientSslEngine(String host, int port, String identification) {
            ASKED.countDown();
            try {
                LET_GO.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return super.createClientSslEngine(host, port, identification);
        }
    }

    @Test
    void shouldNotWaitForTheEndOfAClientThatHangs() throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                "127.0.0.1:1",
                "security.protocol",
                "SSL",
                "ssl.engine.factory.class",
                Hanging.class);
        AdminLookup lookup = new AdminLookup(new KafkaSettings(config, "dead", null, List.of()));
        FutureTask<?> finding = new FutureTask<>(() -> lookup.find("t", List.of()));
        Thread thread = new Thread(finding);
        thread.start();
        assertThat(Hanging.ASKED.await(30, TimeUnit.SECONDS)).isTrue();
        thread.interrupt(); // As good as no answer in time.
        try {
            assertThatThrownBy(() -> finding.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        } finally {
            Hanging.LET_GO.countDown();
        }
    }

    private static KafkaFuture<Void> failed(Exception e) {
        KafkaFutureImpl<Void> future = new KafkaFutureImpl<>();
        future.completeExceptionally(e);
        return future;
    }
}
