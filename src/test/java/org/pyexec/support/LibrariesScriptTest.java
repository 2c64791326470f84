package org.pyexec.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the start scripts do about libraries that are not there, with commands of this test's own in the place of Debian's. */
class LibrariesScriptTest {

    private static final String ALL_INSTALLED = "shift 2; for package; do echo installed $package; done";
    private static final String FIND_NOTHING = "absent_libraries() { printf '%s\\n' \"$@\"; }; ";

    @TempDir
    Path commands;

    @BeforeEach
    void playAMachineOnWhichEverythingIsInstalled() throws IOException {
        command("dpkg-query", "echo dpkg-query >> $0.calls; shift; " + ALL_INSTALLED);
        command("apt-get", "echo \"$@\" >> $0.calls");
        command("apt-cache", "shift; for package; do echo Package: $package; done");
        command("id", "echo 0");
    }

    private void command(String name, String body) throws IOException {
        Path file = Files.writeString(commands.resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> calls(String name) throws IOException {
        Path calls = commands.resolve(name + ".calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private record Said(int status, String text) {}

    /** In a shell that has read common.sh, and prints both lists at its end. */
    private Said run(String libraries, String script) throws Exception {
        String whole = "set -euo pipefail; . server-config/common.sh; " + script
                + "; echo \"missing=${missing[*]} wanted=${wanted[*]}\"";
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", whole).redirectErrorStream(true);
        builder.environment().remove("PYTHON");
        builder.environment().put("PATH", commands + ":" + System.getenv("PATH"));
        builder.environment().put("LIBRARIES", libraries);
        Process shell = builder.start();
        shell.getOutputStream().close();
        String text = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(shell.waitFor(), text);
    }

    @Test
    void whereAllIsInstalledOneQuestionIsAskedAndNothingInstalled() throws Exception {
        Said said = run("all", "need_python; install_missing");

        assertThat(said).isEqualTo(new Said(0, "missing= wanted=\n"));
        assertThat(calls("dpkg-query")).hasSize(1);
        assertThat(calls("apt-get")).isEmpty();
    }

    @Test
    void packageThatIsNotInstalledIsWantedUnlessTheInterpreterFindsItsModule() throws Exception {
        command("dpkg-query", "exit 1");

        Said said =
                run("all", "absent_libraries python3-absent=no_such_module_anywhere python3-present=json fonts-absent");

        assertThat(said.text()).startsWith("python3-absent=no_such_module_anywhere\nfonts-absent\nmissing");
    }

    @Test
    void withoutTheFirstLibrariesNobodyStartsAndWithoutTheOthersEverybody() throws Exception {
        assertThat(run("all", FIND_NOTHING + "need_python").text())
                .startsWith("missing=python3-numpy python3-pandas python3-matplotlib wanted=python3-scipy ")
                .contains(" python3-sklearn ", " python3-docx ", " pylint");
        assertThat(run("core", FIND_NOTHING + "need_python").text())
                .isEqualTo("missing=python3-numpy python3-pandas python3-matplotlib wanted=\n");
    }

    @Test
    void otherWordThanAllOrCoreIsRefused() throws Exception {
        assertThat(run("none", "need_python")).isEqualTo(new Said(1, "LIBRARIES is all or core, not none.\n"));
    }

    @Test
    void interpreterOfSomebodyElsesIsTakenAsItIs() throws Exception {
        assertThat(run("all", FIND_NOTHING + "PYTHON=/opt/python3 need_python").text())
                .isEqualTo("missing= wanted=\n");
    }

    @Test
    void allThatIsMissingOrWantedIsInstalledInOneGo() throws Exception {
        Said said = run("all", "missing=(maven) wanted=(python3-docx pylint); install_missing");

        assertThat(said.text()).isEqualTo("Installing maven python3-docx pylint ...\nmissing= wanted=\n");
        assertThat(calls("apt-get"))
                .hasSize(2)
                .satisfies(calls -> assertThat(calls.get(0)).startsWith("update "))
                .satisfies(calls ->
                        assertThat(calls.get(1)).startsWith("install ").endsWith(" maven python3-docx pylint"));
    }

    @Test
    void packageThatTheReleaseDoesNotHaveHoldsUpNoOther() throws Exception {
        command("apt-cache", "echo Package: python3-docx");

        Said said = run("all", "wanted=(python3-docx pylint); install_missing");

        assertThat(said.text()).contains("There is no package pylint here: programs go without.");
        assertThat(calls("apt-get").get(1)).endsWith(" python3-docx");
    }

    @Test
    void whereNothingCanBeFetchedTheServerStartsWithoutLibrariesThatAreWantedOnly() throws Exception {
        command("apt-get", "exit 100");

        Said wanted = run("all", "wanted=(python3-docx pylint); install_missing");
        assertThat(wanted.status()).isZero();
        assertThat(wanted.text())
                .contains(
                        "Programs go without these libraries: python3-docx pylint (LIBRARIES=core does not ask for them).");

        assertThat(run("all", "missing=(maven) wanted=(pylint); install_missing")
                        .status())
                .isNotZero();
    }

    @Test
    void whatIsMissingIsInstalledByItselfWhereTheRestCannotBe() throws Exception {
        command("apt-get", "echo \"$@\" >> $0.calls; case \"$*\" in *pylint*) exit 100 ;; esac");

        assertThat(run("all", "missing=(maven) wanted=(pylint); install_missing")
                        .status())
                .isZero();
        assertThat(calls("apt-get")).last().asString().endsWith(" maven");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id() { echo 1000; }", "command() { [ \"$2\" != apt-get ]; }"})
    void whoMayNotInstallIsToldAndStartsAllTheSameIfNothingIsMissing(String kindOfMachine) throws Exception {
        Said wanted = run("all", kindOfMachine + "; wanted=(python3-docx); install_missing");
        assertThat(wanted.status()).isZero();
        assertThat(wanted.text())
                .startsWith("Programs go without these libraries: python3-docx ")
                .contains("nstall");

        Said missing = run("all", kindOfMachine + "; missing=(maven) wanted=(python3-docx); install_missing");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.text()).startsWith("Missing: maven\n").contains("maven python3-docx");
        assertThat(calls("apt-get")).isEmpty();
    }
}
