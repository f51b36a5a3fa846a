package uns.bridge.kafka;

import java.security.KeyStore;
import java.security.Provider;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactorySpi;
import org.apache.kafka.common.security.auth.SecurityProviderCreator;
import org.jspecify.annotations.Nullable;
import uns.bridge.tls.ServerTrust;

/**
 * TLS to a Kafka that may be anyone: neither its certificate nor its host name is checked, as librdkafka does with
 * {@code enable.ssl.certificate.verification=false}. Kafka makes it by its class name ({@code security.providers}); in effect
 * it is only where {@code ssl.trustmanager.algorithm} is {@link #ALGORITHM}.
 */
public final class UnverifiedServer implements SecurityProviderCreator {

    static final String ALGORITHM = "UnverifiedServer";

    @Override
    public Provider getProvider() {
        return new UnverifiedProvider();
    }

    private static final class UnverifiedProvider extends Provider {

        UnverifiedProvider() {
            super("uns-kafka-bridge", "1.0", "trusts every server");
            put("TrustManagerFactory." + ALGORITHM, Trust.class.getName());
        }
    }

    /** Made by Java's security by its class name. */
    public static final class Trust extends TrustManagerFactorySpi {

        @Override
        protected void engineInit(@Nullable KeyStore trusted) {}

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {}

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            // Java checks host names by itself, but not where the trust manager is of this extended kind.
            return new TrustManager[] {ServerTrust.ofAny()};
        }
    }
}
