package org.pyexec;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.pyexec.app.SettingsReader;

/** The rules of the house. */
@AnalyzeClasses(packages = "org.pyexec", importOptions = DoNotIncludeTests.class)
class RoomsTest {

    /** Who may import whom; a room that is not named in a line is not to be imported there. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry(
                    "app",
                    Set.of(
                            "client",
                            "web",
                            "filter",
                            "page",
                            "delivery",
                            "body",
                            "http",
                            "api",
                            "jobs",
                            "sessions",
                            "execution",
                            "files",
                            "sandbox",
                            "memory",
                            "ratelimit")),
            Map.entry(
                    "web",
                    Set.of(
                            "client",
                            "page",
                            "delivery",
                            "body",
                            "http",
                            "api",
                            "jobs",
                            "sessions",
                            "execution",
                            "files",
                            "sandbox",
                            "memory")),
            Map.entry("filter", Set.of("client", "delivery", "body", "http", "api", "ratelimit")),
            Map.entry("page", Set.of("http", "api")),
            Map.entry("body", Set.of("client", "delivery", "http", "api", "files", "memory")),
            Map.entry("delivery", Set.of("client", "http", "api", "jobs", "execution", "memory")),
            Map.entry("http", Set.of("client", "api", "files")),
            Map.entry("api", Set.of("client", "jobs", "sessions", "execution", "files", "sandbox", "memory")),
            Map.entry("jobs", Set.of("client", "execution", "memory")),
            Map.entry("sessions", Set.of("client", "execution", "sandbox")),
            Map.entry("execution", Set.of("client", "files", "sandbox", "memory")),
            Map.entry("files", Set.of()),
            Map.entry("sandbox", Set.of()),
            Map.entry("memory", Set.of("client")),
            Map.entry("ratelimit", Set.of("client")),
            Map.entry("client", Set.of()),
            Map.entry("launcher", Set.of()));

    @ArchTest
    static void roomsImportOnlyWhatTheTableSays(JavaClasses all) {
        MAY_IMPORT.forEach((room, allowed) -> {
            String[] others = MAY_IMPORT.keySet().stream()
                    .filter(other -> !other.equals(room) && !allowed.contains(other))
                    .map(RoomsTest::packageOf)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(packageOf(room))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(all);
        });
    }

    @ArchTest
    static final ArchRule everyRoomStandsInTheTable = classes()
            .should()
            .resideInAnyPackage(
                    MAY_IMPORT.keySet().stream().map(RoomsTest::packageOf).toArray(String[]::new));

    private static String packageOf(String room) {
        return "org.pyexec." + room + "..";
    }

    @ArchTest
    static final ArchRule roomsHaveNoCycles =
            slices().matching("org.pyexec.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyAppSeesAllRooms = noClasses()
            .that()
            .resideOutsideOfPackage("org.pyexec.app")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.pyexec.app");

    @ArchTest
    static final ArchRule innerRoomsKnowNeitherJakartaNorAServer = noClasses()
            .that()
            .resideInAnyPackage(
                    "org.pyexec.api..",
                    "org.pyexec.execution..",
                    "org.pyexec.jobs..",
                    "org.pyexec.sessions..",
                    "org.pyexec.sandbox..",
                    "org.pyexec.files..",
                    "org.pyexec.memory..",
                    "org.pyexec.ratelimit..",
                    "org.pyexec.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta..", "org.glassfish..", "fish.payara..", "org.pyexec.http..");

    @ArchTest
    static final ArchRule filtersKnowOnlyTheLimiter = noClasses()
            .that()
            .resideInAPackage("org.pyexec.filter..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.pyexec.web..", "org.pyexec.execution..", "org.pyexec.sandbox..", "org.pyexec.files..");

    @ArchTest
    static final ArchRule theSandboxKnowsNoOtherRoom = classes()
            .that()
            .resideInAPackage("org.pyexec.sandbox..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("org.pyexec.sandbox..", "java..", "com.fasterxml.jackson..", "org.jspecify..");

    @ArchTest
    static final ArchRule theFileStoreKnowsNoOtherRoom = classes()
            .that()
            .resideInAPackage("org.pyexec.files..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("org.pyexec.files..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule onlyAppKnowsWhereFilesAreKept = noClasses()
            .that()
            .resideOutsideOfPackages("org.pyexec.app", "org.pyexec.files.disk")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.pyexec.files.disk");

    @ArchTest
    static final ArchRule theMemoryKnowsNoOtherRoom = classes()
            .that()
            .resideInAPackage("org.pyexec.memory..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("org.pyexec.memory..", "org.pyexec.client..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule librariesStayInTheirRoom = noClasses()
            .that()
            .resideOutsideOfPackage("org.pyexec.ratelimit")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.bucket4j..", "com.github.benmanes..");

    @ArchTest
    static final ArchRule oneClassConfiguresJersey = noClasses()
            .that()
            .doNotHaveSimpleName("JerseyFilter")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.glassfish.jersey.server..", "org.glassfish.jersey.servlet..", "org.glassfish.hk2..");

    @ArchTest
    static final ArchRule onlyTheLauncherKnowsAServer = noClasses()
            .that()
            .resideOutsideOfPackage("org.pyexec.launcher")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("fish.payara..", "org.jboss..", "org.apache..");

    @ArchTest
    static final ArchRule onlyTheReaderOfSettingsReadsTheEnvironment = noClasses()
            .that()
            .doNotBelongToAnyOf(SettingsReader.class)
            .should()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getProperty", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class, String.class);

    @ArchTest
    static final ArchRule onlyTheSandboxStartsProcesses = noClasses()
            .that()
            .resideOutsideOfPackage("org.pyexec.sandbox")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ProcessBuilder.class);
}
