package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program is told of processors is what it has: no more than half as many as it may have processes. */
class ProcessorsTest {

    private static final String COUNT =
            "import multiprocessing, os\nprint(os.cpu_count(), multiprocessing.cpu_count(), len(os.sched_getaffinity(0)))";

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void programsHaveHalfAsManyProcessorsAsProcesses(String tier) throws Exception {
        try (TestSandbox sandbox = TestSandbox.startWith("processes=3", TestSandbox.Identity.OURS, tier)) {
            sandbox.awaitReady();
            assertThat(sandbox.run(COUNT).stdout()).isEqualTo("1 1 1\n");
            Inputs fresh = SessionRuns.inputs("", List.of(), Map.of("PYTHONHASHSEED", "0"));
            try (SandboxSession session = SessionRuns.open(sandbox)) {
                assertThat(SessionRuns.run(session, COUNT, fresh).stdout()).isEqualTo("1 1 1\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "landlock"})
    void poolWithoutANumberFitsIntoTheLimit(String tier) throws Exception {
        String kind = tier.equals("namespaces") ? "Pool" : "pool.ThreadPool";
        try (TestSandbox sandbox = TestSandbox.startWith("processes=8", TestSandbox.Identity.OURS, tier)) {
            sandbox.awaitReady();
            TestSandbox.Result result = sandbox.run("""
                    import multiprocessing.pool
                    with multiprocessing.%s() as pool:
                        print(sum(pool.map(abs, range(-9, 1))))""".formatted(kind));
            assertThat(result.stdout()).as(result.details()).isEqualTo("45\n");
        }
    }
}
