package uns.bridge.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From when to when a certificate counts. */
public final class Validity {

    private Validity() {}

    /** The complaint about what holds {@code certificate}, or null if that is valid at {@code now}. */
    public static @Nullable String complaint(X509Certificate certificate, Instant now) {
        String wrong = problem(certificate, now);
        return wrong == null ? null : "has a certificate (" + Names.subject(certificate) + ") that " + wrong;
    }

    /** What is wrong with {@code certificate} at {@code now}, to follow its name, or null if nothing is. */
    static @Nullable String problem(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        if (now.isBefore(from)) {
            return "is not valid before " + from + "; it is " + seconds(now) + " here, is the clock right?";
        }
        return now.isAfter(to) ? "expired at " + to + "; it is " + seconds(now) + " here" : null;
    }

    /** Until when all of {@code chain} are valid: one that has expired takes the others with it. */
    public static Instant endOfChain(List<X509Certificate> chain) {
        return chain.stream().map(Validity::end).min(Comparator.naturalOrder()).orElse(Instant.MAX);
    }

    /** Until when one of {@code authorities} at least is valid: in a bundle, those that have expired do no harm. */
    public static Instant endOfAuthorities(List<X509Certificate> authorities) {
        return authorities.stream()
                .map(Validity::end)
                .max(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }

    private static Instant end(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }

    private static Instant seconds(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS);
    }
}
