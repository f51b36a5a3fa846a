package uns.bridge.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;

/** Lets in who has no user name, or the one password there is, and lets nobody subscribe below {@link #FORBIDDEN}. */
final class Gatekeeper implements ExtensionMain {

    static final String FORBIDDEN = "forbidden/";

    private final String password;

    Gatekeeper(String password) {
        this.password = password;
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        SimpleAuthenticator authenticator = (connect, answer) -> {
            if (isWelcome(connect.getConnectPacket())) {
                answer.authenticateSuccessfully();
            } else {
                answer.failAuthentication(ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
        };
        SubscriptionAuthorizer authorizer = (subscribe, answer) -> {
            if (subscribe.getSubscription().getTopicFilter().startsWith(FORBIDDEN)) {
                answer.failAuthorization(SubackReasonCode.NOT_AUTHORIZED);
            } else {
                answer.authorizeSuccessfully();
            }
        };
        Services.securityRegistry().setAuthenticatorProvider(any -> authenticator);
        Services.securityRegistry().setAuthorizerProvider(any -> authorizer);
    }

    private boolean isWelcome(ConnectPacket connect) {
        return connect.getUserName().isEmpty()
                || connect.getPassword()
                        .map(bytes -> UTF_8.decode(bytes).toString().equals(password))
                        .orElse(false);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        // Nothing is left over.
    }
}
