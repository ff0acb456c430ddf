import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.security.auth.callback.Callback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;

/** Verifies the token on standard input as a broker does, with Kafka's own class; prints the principal. */
public class TokenVerifier {
    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        settings.put("sasl.oauthbearer.jwks.endpoint.url", arguments[0]);
        settings.put("sasl.oauthbearer.expected.issuer", arguments[1]);
        settings.put("sasl.oauthbearer.sub.claim.name", "iam_id");
        String nothing = "org.apache.kafka.common.serialization.ByteArrayDeserializer";
        settings.put("key.deserializer", nothing);
        settings.put("value.deserializer", nothing);
        settings.put("bootstrap.servers", "unused:9092");
        Map<String, ?> configuration = new ConsumerConfig(settings).values();
        AppConfigurationEntry entry = new AppConfigurationEntry(
            OAuthBearerLoginModule.class.getName(), AppConfigurationEntry.LoginModuleControlFlag.REQUIRED, Map.of());
        OAuthBearerValidatorCallbackHandler handler = new OAuthBearerValidatorCallbackHandler();
        handler.configure(configuration, OAuthBearerLoginModule.OAUTHBEARER_MECHANISM, List.of(entry));
        String token = new String(System.in.readAllBytes()).trim();
        OAuthBearerValidatorCallback callback = new OAuthBearerValidatorCallback(token);
        handler.handle(new Callback[] {callback});
        System.out.println(callback.token() == null ? "refused" : callback.token().principalName());
        System.exit(0); // the keys are read by a thread that doesn't end
    }
}
