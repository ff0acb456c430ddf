import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;

/** Takes tokens of Amazon MSK's IAM, whose signature the server at -Dlevee.tests.iam=URL verifies. */
public final class MskIamValidator implements AuthenticateCallbackHandler {
    private final HttpClient client = HttpClient.newHttpClient();

    @Override
    public void configure(Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> entries) {}

    @Override
    public void close() {}

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback each : callbacks) {
            if (!(each instanceof OAuthBearerValidatorCallback asked)) {
                throw new UnsupportedCallbackException(each);
            }
            try {
                URI server = URI.create(System.getProperty("levee.tests.iam") + asked.tokenValue());
                var answer = client.send(HttpRequest.newBuilder(server).build(), BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    String[] parts = answer.body().split(" ");
                    asked.token(new Token(asked.tokenValue(), parts[0], Long.parseLong(parts[1])));
                } else {
                    asked.error("invalid_token", null, null);
                }
            } catch (java.io.IOException | InterruptedException error) {
                asked.error("invalid_request", null, null);
            }
        }
    }

    private record Token(String value, String principalName, long lifetimeMs) implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public Long startTimeMs() {
            return null;
        }
    }
}
