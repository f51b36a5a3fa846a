package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.edge.DataType;
import uns.bridge.edge.EdgeNode;
import uns.bridge.edge.Metric;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.Endpoint;
import uns.bridge.testbed.Publisher;

/** The status page in a real browser, where Debian's {@code chromium} and {@code chromium-driver} are installed. */
@EnabledIf("hasBrowser")
class StatusPageIT {

    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String EVIL = "acme/<script>alert(1)</script>/<img src=x onerror=alert(2)>";

    private final int port = Ports.free();
    private final Endpoint endpoint = new Endpoint(port);

    static boolean hasBrowser() {
        return Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER);
    }

    @Test
    void shouldShowLiveNumbersAndTakeTopicsForWhatTheyAre() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt);
                BridgeProcess bridge = BridgeProcess.start(
                                BridgeProcess.settings(
                                        mqtt, kafka, "topics: ['acme/#', 'spBv1.0/#']", "client_id: bridge-" + port),
                                Map.of(
                                        "UNS_HTTP__ENABLED", "true",
                                        "UNS_HTTP__PORT", Integer.toString(port),
                                        "UNS_HTTP__SHOW_PAYLOADS", "true"))
                        .awaitSubscribed();
                EdgeNode press = new EdgeNode(mqtt.host(), mqtt.port(), "Plant1", "Press", MqttQos.AT_LEAST_ONCE);
                Browser browser = new Browser()) {
            browser.open(endpoint.url("/"));
            browser.awaitText("#ready", "ready");
            publish(publisher, press);
            browser.awaitText("#books", "103");
            browser.awaitText("#letters", "not JSON");
            browser.awaitText("#nodes", "Plant1/Press");
            browser.awaitText("#nodes", "alive");
            // Long enough for a plot.
            publisher.publishNumbered("acme/line", 8, 40, Duration.ofSeconds(20), MqttQos.AT_LEAST_ONCE);
            browser.awaitText("#topics", "acme/line/t3");
            assertThat(browser.count("#rates polyline")).isPositive();
            browser.screenshot("status.png", 1280, 1560);
            browser.screenshot("status-phone.png", 400, 900);
            assertThat(browser.overflows()).as("wider than a phone").isFalse();

            publisher.publish(EVIL, "<b>no</b>");
            publisher.publish(EVIL, "{}");
            browser.awaitText("#topics", EVIL);
            browser.awaitText("#letters", EVIL);
            browser.awaitText("#letters", "<b>no</b>");
            assertThat(browser.count("main img, main script, main b, table script"))
                    .as("markup made of what came by MQTT")
                    .isZero();
            assertThat(browser.errors()).isEmpty();

            kafka.stop();
            browser.awaitText("#ready", "not ready");
            browser.awaitText("#parts", "no connection to Kafka");
            assertThat(bridge.terminate()).isZero();
            browser.awaitText("header", "The bridge does not answer");
        }
    }

    private static void publish(Publisher publisher, EdgeNode press) {
        publisher.publishNumbered("acme/line", 4, 100, MqttQos.AT_LEAST_ONCE);
        publisher.publish("acme/line/scale", "12.5 kg");
        press.birth(
                List.of(Metric.of("Temp", 1, DataType.DOUBLE, 20.5)),
                Map.of("Motor", List.of(Metric.of("Speed", 2, DataType.INT32, 1_500))));
    }

    /** Debian's Chromium, without a window. */
    private static final class Browser implements AutoCloseable {

        private final ChromeDriver driver;

        Browser() {
            ChromeOptions options = new ChromeOptions()
                    .setBinary(BROWSER.toFile())
                    .addArguments(
                            "--headless=new",
                            "--no-sandbox",
                            "--disable-dev-shm-usage",
                            "--disable-gpu",
                            "--force-dark-mode",
                            "--window-size=1280,1100");
            options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
            ChromeDriverService service = new ChromeDriverService.Builder()
                    .usingDriverExecutable(DRIVER.toFile())
                    .build();
            driver = new ChromeDriver(service, options);
        }

        void open(String url) {
            driver.get(url);
        }

        void awaitText(String selector, String text) {
            await(selector + ": " + text)
                    .atMost(PATIENCE)
                    .until(() -> text(selector).contains(text));
        }

        private String text(String selector) {
            Object text = script("return document.querySelector(arguments[0]).innerText", selector);
            return String.valueOf(text);
        }

        int count(String selector) {
            return driver.findElements(By.cssSelector(selector)).size();
        }

        /** What the browser complains of: scripts that it did not run among it. */
        List<String> errors() {
            return driver.manage().logs().get("browser").getAll().stream()
                    .map(entry -> entry.getLevel() + " " + entry.getMessage())
                    .filter(line -> !line.contains("favicon"))
                    .toList();
        }

        boolean overflows() {
            return Boolean.TRUE.equals(
                    script("return document.documentElement.scrollWidth > document.documentElement.clientWidth"));
        }

        void screenshot(String name, int width, int height) throws Exception {
            driver.manage().window().setSize(new Dimension(width, height));
            Files.move(
                    driver.getScreenshotAs(OutputType.FILE).toPath(),
                    Path.of("target", name),
                    StandardCopyOption.REPLACE_EXISTING);
        }

        private Object script(String script, Object... arguments) {
            return ((JavascriptExecutor) driver).executeScript(script, arguments);
        }

        @Override
        public void close() {
            driver.quit();
        }
    }
}
