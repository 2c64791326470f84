package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.InputsTest.files;
import static org.pyexec.sandbox.InputsTest.run;
import static org.pyexec.sandbox.InputsTest.text;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Input files that do not fit onto the disk end the run, and no more. */
class InputsOnSmallDiskTest {

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void filesThatDoNotFitOntoTheDiskEndTheRun(String tier) throws Exception {
        Inputs inputs = files(text("a", "A"), new InputFile("b", new ClaimedContent(20 << 20)), text("c", "C"));
        try (TestSandbox sandbox = TestSandbox.startWithDisk(tier, 8).awaitReady()) {
            TestSandbox.Result result = run(sandbox, "print(1)", inputs);

            assertThat(result.reason()).as(result.report().toString()).isEqualTo("disk");
            assertThat(result.details()).startsWith("Disk limit of 8 MB");
            assertThat(result.stdout()).isEmpty();
            assertThat(result.files()).isEmpty();
            assertThat(sandbox.run("print(2)").stdout()).isEqualTo("2\n");
        }
    }

    @Test
    void filesThatLeaveNoRoomForTheProgramItselfEndTheRun() throws Exception {
        Inputs inputs = files(new InputFile("a", new ClaimedContent(8 << 20)));
        try (TestSandbox sandbox = TestSandbox.startWithDisk("namespaces", 8).awaitReady()) {
            TestSandbox.Result result = run(sandbox, "print(1)", inputs);

            assertThat(result.reason()).as(result.report().toString()).isEqualTo("disk");
            assertThat(result.details()).startsWith("Disk limit of 8 MB");
            assertThat(result.stdout() + result.stderr()).isEmpty();
            assertThat(result.files()).isEmpty();
        }
    }
}
