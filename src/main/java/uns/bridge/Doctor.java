package uns.bridge;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import uns.bridge.doctor.Examination;
import uns.bridge.doctor.Finding;
import uns.bridge.doctor.Finding.Verdict;
import uns.bridge.doctor.Remedy;
import uns.bridge.kafka.KafkaExamination;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.TopicFilter;
import uns.bridge.mqtt.MqttExamination;
import uns.bridge.pipeline.Outcome.Forward;
import uns.bridge.pipeline.Pipeline;

/** {@code --doctor}: connects to both sides as the bridge would, beside one that may be running, and tells step by step. */
final class Doctor {

    /** What one side may take: a few times as long as its slowest step. */
    private static final Duration SIDE = Duration.ofMinutes(2);

    private static final String LINE = "  %-8s %-12s %s";
    private static final String SHARE = "$share/";

    /** Stands for the levels of an MQTT topic that a filter leaves open. */
    private static final String ANY_LEVEL = "doctor";

    private final Settings settings;
    private final Consumer<String> out;

    private Doctor(Settings settings, Consumer<String> out) {
        this.settings = settings;
        this.out = out;
    }

    /**
     * Examines both sides, of which neither may hang for ever.
     *
     * @param out takes the report, line by line
     * @return whether no step has failed
     */
    static boolean examine(Settings settings, Consumer<String> out) throws InterruptedException {
        return new Doctor(settings, out).examine();
    }

    private boolean examine() throws InterruptedException {
        settings.warnings().forEach(warning -> out.accept("warning: " + warning));
        out.accept(
                "MQTT broker " + settings.mqtt().host() + ":" + settings.mqtt().port());
        Examination mqtt = new Examination(this::print);
        mqtt.run(SIDE, new MqttExamination(settings.mqtt(), Bridge.kept(settings.sparkplug()), mqtt)::run);

        out.accept("Kafka");
        Map<String, String> samples = new LinkedHashMap<>();
        Set<String> topics = topics(samples);
        Examination kafka = new Examination(this::print);
        kafka.run(SIDE, new KafkaExamination(settings.kafka(), topics, samples, kafka)::run);

        boolean well = !mqtt.hasFailed() && !kafka.hasFailed();
        out.accept(well ? "Nothing has failed." : "The bridge cannot do its work until what has FAILED is mended.");
        return well;
    }

    private void print(Finding finding) {
        String text = finding.text().replaceAll("\\p{Cntrl}", "?");
        out.accept(LINE.formatted(finding.verdict(), finding.step(), text));
        if (finding.verdict() == Verdict.FAILED || finding.verdict() == Verdict.WARNING) {
            Remedy remedy = Remedy.of(text);
            out.accept(LINE.formatted("", "", "likely cause: " + remedy.likelyCause()));
            out.accept(LINE.formatted("", "", "remedy: " + remedy.action()));
        }
    }

    /**
     * The Kafka topics that are written to for sure.
     *
     * @param samples takes those that only stand for others, and how the names of these begin
     */
    private Set<String> topics(Map<String, String> samples) {
        Set<String> topics = new LinkedHashSet<>();
        topics.add(settings.kafka().deadLetterTopic());
        if (settings.pipeline().maxTopics() > 0) {
            topics.add(settings.pipeline().overflowTopic());
        }
        Pipeline pipeline = new Pipeline(settings.pipeline(), settings.sparkplug());
        List<TopicFilter> subscribed =
                settings.mqtt().subscriptions().stream().map(Doctor::unshared).toList();
        Stream.concat(
                        subscribed.stream(),
                        settings.pipeline().ruleFilters().stream()
                                .filter(rule -> subscribed.stream().anyMatch(rule::overlaps)))
                .forEach(filter -> {
                    if (pipeline.process(sample(filter)) instanceof Forward forward) {
                        String topic = forward.records().get(0).topic();
                        int open = topic.indexOf(ANY_LEVEL);
                        if (open < 0) {
                            topics.add(topic);
                        } else {
                            samples.put(topic, topic.substring(0, open));
                        }
                    }
                });
        return topics;
    }

    private static TopicFilter unshared(TopicFilter filter) {
        String text = filter.toString();
        return text.startsWith(SHARE) ? TopicFilter.of(text.substring(text.indexOf('/', SHARE.length()) + 1)) : filter;
    }

    /** A message that {@code filter} matches; an empty one becomes a record wherever it comes. */
    private static InboundMessage sample(TopicFilter filter) {
        String topic = filter.toString().replace("+", ANY_LEVEL).replace("#", ANY_LEVEL);
        return new InboundMessage(
                topic, new byte[0], 0, 1, false, false, System.currentTimeMillis(), MqttProperties.NONE);
    }
}
