package uns.bridge.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;

/** Makes HiveMQ ask for a password, and close {@link Access#CLOSED}. */
final class HiveMqAccess implements ExtensionMain {

    private final String password;

    private HiveMqAccess(String password) {
        this.password = password;
    }

    static EmbeddedExtension extension(String password) {
        return EmbeddedExtension.builder()
                .withId("access")
                .withName("access")
                .withVersion("1")
                .withAuthor("tests")
                .withPriority(1)
                .withStartPriority(1)
                .withExtensionMain(new HiveMqAccess(password))
                .build();
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        Services.securityRegistry().setAuthenticatorProvider(provided -> (SimpleAuthenticator) this::judge);
    }

    private void judge(SimpleAuthInput input, SimpleAuthOutput output) {
        ConnectPacket connect = input.getConnectPacket();
        String given = connect.getPassword()
                .map(bytes -> UTF_8.decode(bytes).toString())
                .orElse("");
        // Whoever has no name only waits for the broker.
        if (connect.getUserName().isPresent() && !given.equals(password)) {
            output.failAuthentication(ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD);
            return;
        }
        output.getDefaultPermissions()
                .add(Builders.topicPermission()
                        .topicFilter(Access.CLOSED)
                        .type(TopicPermission.PermissionType.DENY)
                        .build());
        output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.ALLOW);
        output.authenticateSuccessfully();
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
}
