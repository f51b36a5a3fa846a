package uns.bridge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may know whom. */
class ArchitectureTest {

    private static final String GENERATED = "uns.bridge.sparkplug.proto";
    private static final Set<String> ENDING =
            Set.of("java.lang.System.exit", "java.lang.Runtime.exit", "java.lang.Runtime.halt");
    private static final JavaClasses BRIDGE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("uns.bridge");

    @ParameterizedTest
    @CsvSource({
        "org.eclipse.paho..,      uns.bridge.mqtt",
        "org.apache.kafka.clients..,       uns.bridge.kafka",
        "org.apache.kafka.common.record.., uns.bridge.spool",
        "com.google.protobuf..,   uns.bridge.sparkplug..",
        "com.fasterxml.jackson.., uns.bridge.json",
        "org.yaml..,              uns.bridge.config",
        "org.h2..,                uns.bridge.store",
        "org.bouncycastle..,      uns.bridge.tls",
        "io.micrometer..,         uns.bridge.metrics",
        "io.prometheus..,         uns.bridge.metrics",
        "com.sun.net.httpserver.., uns.bridge.http",
    })
    void shouldEnterThroughOnePackageWhenAnApiIsOfAThirdParty(String api, String onlyPackage) {
        noClasses()
                .that()
                .resideOutsideOfPackage(onlyPackage)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(api)
                .check(BRIDGE);
        assertThat(BRIDGE.stream()
                        .filter(JavaClass.Predicates.resideInAPackage(onlyPackage))
                        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                        .anyMatch(
                                d -> JavaClass.Predicates.resideInAPackage(api).test(d.getTargetClass())))
                .as("%s is used at all", api)
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "uns.bridge.message,  'java..,org.jspecify..,uns.bridge.message'",
        "uns.bridge.delivery, 'java..,org.jspecify..,uns.bridge.delivery,uns.bridge.message'",
        "uns.bridge.health,   'java..,org.jspecify..,uns.bridge.health'",
        "uns.bridge.store,    'java..,org.jspecify..,org.slf4j..,uns.bridge.store,org.h2.mvstore..'",
        "uns.bridge.config,   'java..,org.jspecify..,uns.bridge.config,org.yaml..'",
        "uns.bridge.tls,      'java..,javax..,org.jspecify..,uns.bridge.tls,uns.bridge.config,org.bouncycastle..'",
        "uns.bridge.metrics,  'java..,org.jspecify..,uns.bridge.metrics,io.micrometer..,io.prometheus..'",
        "uns.bridge.http,     'java..,javax..,com.sun.net.httpserver..,org.jspecify..,org.slf4j..,uns.bridge.http,uns.bridge.config,uns.bridge.health,uns.bridge.tls'",
        "uns.bridge.json,     'java..,org.jspecify..,uns.bridge.json,com.fasterxml.jackson..'",
    })
    void shouldKnowLittleWhenOthersBuildOnIt(String itself, String allowed) {
        classes()
                .that()
                .resideInAPackage(itself)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.split(","))
                .check(BRIDGE);
    }

    @ParameterizedTest
    @CsvSource({
        "uns.bridge.mqtt,        'uns.bridge.kafka,uns.bridge.pipeline,uns.bridge.sparkplug..,uns.bridge.json'",
        "uns.bridge.spool,       'uns.bridge.mqtt,uns.bridge.kafka,uns.bridge.pipeline,uns.bridge.delivery'",
        "uns.bridge.kafka,       'uns.bridge.mqtt,uns.bridge.pipeline,uns.bridge.sparkplug..,uns.bridge.delivery'",
        "uns.bridge.pipeline,    'uns.bridge.mqtt,uns.bridge.kafka,uns.bridge.delivery,uns.bridge.health'",
        "uns.bridge.sparkplug.., 'uns.bridge.mqtt,uns.bridge.kafka,uns.bridge.delivery,uns.bridge.pipeline'",
        "uns.bridge.*..,         'uns.bridge'",
    })
    void shouldNotKnowEachOther(String one, String others) {
        noClasses()
                .that()
                .resideInAPackage(one)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others.split(","))
                .check(BRIDGE);
    }

    @Test
    void shouldKnowKafkaInItsClientAndItsLogFormatOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("uns.bridge.kafka", "uns.bridge.spool")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(BRIDGE);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching("uns.bridge.(*)..").should().beFreeOfCycles().check(BRIDGE);
    }

    @Test
    void shouldEndTheProcessInMainOnly() {
        DescribedPredicate<JavaMethodCall> ends = DescribedPredicate.describe("ends the process", call -> {
            String method = call.getTargetOwner().getName() + "." + call.getName();
            return ENDING.contains(method);
        });
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Main.class.getName())
                .should()
                .callMethodWhere(ends)
                .check(BRIDGE);
    }

    @Test
    void shouldMarkEveryPackageForNullness() {
        List<String> unmarked = new ArrayList<>();
        JavaPackage root = BRIDGE.getPackage("uns.bridge");
        for (JavaPackage each : root.getSubpackagesInTree()) {
            if (!each.getName().equals(GENERATED) && !each.isAnnotatedWith(NullMarked.class)) {
                unmarked.add(each.getName());
            }
        }
        assertThat(root.isAnnotatedWith(NullMarked.class)).isTrue();
        assertThat(unmarked).isEmpty();
    }
}
