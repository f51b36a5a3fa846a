package uns.bridge.mqtt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.TopicFilter;

/** What the broker has granted, and what it is still to be asked for. Used by one thread. */
final class Grants {

    /** Instead of a reason code. */
    static final int NOT_ANSWERED = -1;

    private final int qos;
    private final boolean askingBringsRetained;

    /** Every filter, and what SUBACK said; null before. */
    private final Map<TopicFilter, @Nullable Integer> codes = new LinkedHashMap<>();

    /** @param kept topic filters besides those of the settings, whose retained messages are wanted at every connection */
    Grants(MqttSettings settings, List<TopicFilter> kept) {
        this.qos = settings.qos();
        this.askingBringsRetained = !settings.version().hasProperties();
        settings.subscriptions().forEach(filter -> codes.put(filter, null));
        codes.keySet().removeAll(kept);
        kept.forEach(filter -> codes.put(filter, null));
    }

    /** Every topic filter. */
    List<TopicFilter> filters() {
        return List.copyOf(codes.keySet());
    }

    /** The filters to ask for once more, for permissions are mended while the bridge runs. */
    List<TopicFilter> toAskAgain() {
        return codes.keySet().stream()
                .filter(filter -> !(askingBringsRetained ? isGranted(filter) : problem(filter) == null))
                .toList();
    }

    /** Notes the answer to a SUBSCRIBE: Paho takes a refusing code for success, and does not count them. */
    void take(List<TopicFilter> filters, int[] answer) {
        for (int i = 0; i < filters.size(); i++) {
            codes.put(filters.get(i), answer[i]);
        }
    }

    /** What was not granted as asked, for the operator. */
    List<String> problems() {
        return codes.keySet().stream()
                .map(this::problem)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** Every filter, and whether it is granted as asked. */
    Map<String, Boolean> state() {
        Map<String, Boolean> state = new LinkedHashMap<>();
        codes.keySet().forEach(filter -> state.put(filter.toString(), problem(filter) == null));
        return state;
    }

    /** Every filter, none of them granted. */
    Map<String, Boolean> none() {
        Map<String, Boolean> state = state();
        state.replaceAll((filter, granted) -> false);
        return state;
    }

    private boolean isGranted(TopicFilter filter) {
        Integer code = codes.get(filter);
        return code != null && code >= 0 && code < ReasonCode.FAILURE;
    }

    private @Nullable String problem(TopicFilter filter) {
        Integer code = codes.get(filter);
        if (code == null || code == NOT_ANSWERED) {
            return filter + " was not answered";
        }
        if (code >= ReasonCode.FAILURE) {
            return filter + " was refused: " + ReasonCode.describe(code);
        }
        return code < qos ? filter + " was granted QoS " + code + " instead of " + qos : null;
    }
}
