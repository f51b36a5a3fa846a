package uns.bridge.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Where fuzzing begins: good payloads, bad ones, and messages one after another. {@link #main} writes them into the corpus
 * of the resources; what fuzzing has found stands beside them.
 */
final class Seeds {

    private static final int FIRST_ARRAY = 22;
    private static final int LAST_ARRAY = 34;

    private Seeds() {}

    /** @param args the folder that holds the corpora, each named as its target */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0], "DecoderFuzzer"), payloads());
        write(Path.of(args[0], "PipelineFuzzer"), sequences());
    }

    private static Map<String, byte[]> payloads() throws IOException {
        byte[] types = SparkplugWriter.payload(1_700_000_000_000L, 7L, everyType());
        Map<String, byte[]> seeds = new LinkedHashMap<>();
        seeds.put("types", types);
        seeds.put("null", SparkplugWriter.payload(1L, null, List.of(Metric.of("a", 1, DataType.TEXT, null))));
        seeds.put("arrays", arrays());
        seeds.put("structures", structures());
        seeds.put("body", hex("1805 2203616263 2a03010203"));
        seeds.put("gzip", compressed(types));
        seeds.put("compressed_twice", compressed(compressed(types)));
        seeds.put("truncated", Arrays.copyOf(types, types.length / 2));
        seeds.put("malformed_metrics", hex("12010c 12030a0578 12050a017850ff 1200 1801"));
        seeds.put("malformed_within", hex("120a 0a0178 8a0104 22020a05 120a 0a0178 920104 12020a05 1200"));
        seeds.put("wrong_wire_types", hex("0d00000000 12080a01785500000000 1a00 1005"));
        seeds.put("groups", hex("3b3b3c3c 1206 0a0178 3b503c"));
        seeds.put("huge_length", hex("12ffffffff07"));
        seeds.put("huge_text", hex("12087affffffff070a00"));
        seeds.put("long_varint", hex("08ffffffffffffffffffff01"));
        seeds.put("invalid_utf8", hex("120a 0a02c328 7a04f0288cbc"));
        seeds.put("nested", nested(40));
        seeds.put("nested_too_deep", nested(60));
        return seeds;
    }

    private static Map<String, byte[]> sequences() throws IOException {
        byte[] birth = SparkplugWriter.payload(1L, 0L, everyType());
        byte[] data = SparkplugWriter.payload(
                2L, 1L, everyType().stream().map(Metric::byAlias).toList());
        byte[] death = SparkplugWriter.payload(3L, null, List.of(Metric.of("bdSeq", DataType.INT64, 0)));
        Map<String, byte[]> seeds = new LinkedHashMap<>();
        for (int mode = 0; mode <= (PipelineFuzzer.RESOLVE | PipelineFuzzer.IGNORE); mode++) {
            ByteArrayOutputStream life = new ByteArrayOutputStream();
            life.write(mode);
            send(life, "NBIRTH/E", birth);
            send(life, "DBIRTH/E/D", birth);
            send(life, "NDATA/E", data);
            send(life, "DDATA/E/D", data);
            send(life, "DDEATH/E/D", new byte[0]);
            send(life, "NDEATH/E", death);
            send(life, "NCMD/E", data);
            send(life, "line", "{\"timestamp\":1}".getBytes(UTF_8));
            send(life, "host", "ONLINE".getBytes(UTF_8));
            seeds.put("life_" + mode, life.toByteArray());
        }
        for (String name : List.of("structures", "gzip", "malformed_metrics", "malformed_within", "nested")) {
            ByteArrayOutputStream twice = new ByteArrayOutputStream();
            twice.write(PipelineFuzzer.RESOLVE);
            send(twice, "NBIRTH/E", payloads().get(name));
            send(twice, "NDATA/E", payloads().get(name));
            seeds.put(name, twice.toByteArray());
        }
        return seeds;
    }

    private static List<Metric> everyType() {
        List<Metric> metrics = new ArrayList<>();
        metrics.add(Metric.of("bdSeq", DataType.INT64, 0));
        for (DataType type : DataType.values()) {
            Object value = switch (type) {
                case BOOLEAN -> true;
                case STRING, TEXT -> "ä\"\n";
                default -> -1.5;
            };
            metrics.add(Metric.of(type.name(), type.number(), type, value).at(type.number()));
        }
        return metrics;
    }

    private static byte[] arrays() {
        Payload.Builder payload = Payload.newBuilder();
        for (int datatype = FIRST_ARRAY; datatype <= LAST_ARRAY; datatype++) {
            // Of booleans it is nine, and in bytes enough.
            ByteString bytes = ByteString.copyFrom(new byte[] {9, 0, 0, 0, -1, -1, 65, 0});
            payload.addMetrics(Payload.Metric.newBuilder().setDatatype(datatype).setBytesValue(bytes));
        }
        return payload.build().toByteArray();
    }

    private static byte[] structures() {
        Payload.PropertySet.Builder inner = Payload.PropertySet.newBuilder()
                .addKeys("i")
                .addValues(Payload.PropertyValue.newBuilder().setType(1).setIntValue(-1));
        Payload.PropertySet.Builder properties = Payload.PropertySet.newBuilder()
                .addKeys("s")
                .addKeys("l")
                .addValues(Payload.PropertyValue.newBuilder().setPropertysetValue(inner))
                .addValues(Payload.PropertyValue.newBuilder()
                        .setPropertysetsValue(
                                Payload.PropertySetList.newBuilder().addPropertyset(inner)));
        Payload.DataSet.Builder dataSet = Payload.DataSet.newBuilder()
                .setNumOfColumns(1)
                .addColumns("c")
                .addTypes(2)
                .addRows(Payload.DataSet.Row.newBuilder()
                        .addElements(Payload.DataSet.DataSetValue.newBuilder().setIntValue(-2))
                        .addElements(Payload.DataSet.DataSetValue.newBuilder().setDoubleValue(Double.NaN)));
        Payload.Template.Builder definition = Payload.Template.newBuilder()
                .setIsDefinition(true)
                .addMetrics(Payload.Metric.newBuilder().setName("m").setDatatype(3))
                .addParameters(Payload.Template.Parameter.newBuilder()
                        .setName("p")
                        .setType(9)
                        .setFloatValue(1));
        Payload.Template.Builder instance = Payload.Template.newBuilder()
                .setTemplateRef("T")
                .setVersion("1")
                .addMetrics(Payload.Metric.newBuilder().setName("m").setIntValue(-3));
        return Payload.newBuilder()
                .addMetrics(Payload.Metric.newBuilder().setName("T").setTemplateValue(definition))
                .addMetrics(Payload.Metric.newBuilder().setName("t").setTemplateValue(instance))
                .addMetrics(Payload.Metric.newBuilder().setName("d").setDatasetValue(dataSet))
                .addMetrics(Payload.Metric.newBuilder()
                        .setName("f")
                        .setProperties(properties)
                        .setMetadata(
                                Payload.MetaData.newBuilder().setFileName("f").setSize(2))
                        .setBytesValue(ByteString.copyFromUtf8("ab")))
                .build()
                .toByteArray();
    }

    private static byte[] compressed(byte[] content) throws IOException {
        ByteString.Output body = ByteString.newOutput();
        try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
            gzip.write(content);
        }
        return Payload.newBuilder()
                .setUuid("SPBV1.0_COMPRESSED")
                .addMetrics(Payload.Metric.newBuilder().setName("algorithm").setStringValue("GZIP"))
                .setBody(body.toByteString())
                .build()
                .toByteArray();
    }

    /** A metric whose template has a member whose template has one, and so on. */
    private static byte[] nested(int depth) {
        Payload.Metric metric = Payload.Metric.newBuilder().setName("innermost").build();
        for (int i = 0; i < depth; i++) {
            metric = Payload.Metric.newBuilder()
                    .setTemplateValue(Payload.Template.newBuilder().addMetrics(metric))
                    .build();
        }
        return Payload.newBuilder().addMetrics(metric).build().toByteArray();
    }

    private static void send(ByteArrayOutputStream sequence, String topicEnd, byte[] payload) {
        for (int i = 0; i < PipelineFuzzer.TOPICS.size(); i++) {
            if (PipelineFuzzer.TOPICS.get(i).endsWith("/" + topicEnd)) {
                sequence.write(i);
                sequence.write(payload.length >> 8);
                sequence.write(payload.length);
                sequence.writeBytes(payload);
                return;
            }
        }
        throw new IllegalArgumentException(topicEnd);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static void write(Path folder, Map<String, byte[]> seeds) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> seed : seeds.entrySet()) {
            Files.write(folder.resolve(seed.getKey()), seed.getValue());
        }
    }
}
