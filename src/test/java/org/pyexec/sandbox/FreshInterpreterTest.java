package org.pyexec.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pyexec.sandbox.SessionRuns.assertOpen;
import static org.pyexec.sandbox.SessionRuns.file;
import static org.pyexec.sandbox.SessionRuns.inputs;
import static org.pyexec.sandbox.SessionRuns.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes too late for an interpreter that is warm is as in one that has been started for the program. */
@Tag(OnEveryTier.LIBRARIES)
class FreshInterpreterTest extends OnEveryTier {

    private static final String HASH_OF_ABC = "-4594863902769663758\n"; // of every CPython with the seed 0 and 64 bits

    private static TestSandbox.Result once(TestSandbox sandbox, String code, Inputs inputs) throws Exception {
        return sandbox.run(new Program(code, Duration.ofSeconds(30), false, inputs, Limits.OF_THE_SERVER));
    }

    static Inputs variable(String name, String value, InputFile... files) {
        return inputs("", List.of("a"), Map.of(name, value), files);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void variablesThatPythonReadsAtItsStartTakeEffect(TestSandbox sandbox) throws Exception {
        assertThat(once(sandbox, "print(hash('abc'))", variable("PYTHONHASHSEED", "0"))
                        .stdout())
                .isEqualTo(HASH_OF_ABC);
        TestSandbox.Result optimized = once(sandbox, "assert False\nprint(__debug__)", variable("PYTHONOPTIMIZE", "1"));
        assertThat(optimized.stdout() + optimized.stderr()).isEqualTo("False\n");
        assertThat(once(sandbox, "import sys; print(sys.stdout.encoding)", variable("PYTHONIOENCODING", "latin-1"))
                        .stdout())
                .isEqualTo("iso8859-1\n");
        assertThat(once(sandbox, "import warnings; warnings.warn('w')", variable("PYTHONWARNINGS", "error"))
                        .details())
                .endsWith("UserWarning: w");
        assertThat(once(sandbox, "import a; print(a.X)", variable("PYTHONPATH", "lib", file("lib/a.py", "X = 'lib'")))
                        .stdout())
                .isEqualTo("lib\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void variablesThatAreRarelySetTakeEffectToo(TestSandbox sandbox) throws Exception {
        String failing = "x = [0]\nprint(1 + 1 / x[0])";
        assertThat(sandbox.run(failing).details()).contains("    print(1 + 1 / x[0])\n", "~^~");
        assertThat(once(sandbox, failing, variable("PYTHONNODEBUGRANGES", "1")).details())
                .contains("    print(1 + 1 / x[0])\nZeroDivisionError");
        assertThat(once(sandbox, "import sys; print(sys.pycache_prefix)", variable("PYTHONPYCACHEPREFIX", "caches"))
                        .stdout())
                .isEqualTo("caches\n");
        InputFile[] packages = IntStream.range(9, 20)
                .mapToObj(minor -> file("base/lib/python3." + minor + "/site-packages/own.py", "X = 'own'"))
                .toArray(InputFile[]::new);
        String code =
                "import own, site\nprint(own.X, site.getuserbase(), own.__file__.endswith(site.USER_SITE + '/own.py'))";
        TestSandbox.Result result = once(sandbox, code, variable("PYTHONUSERBASE", "base", packages));
        assertThat(result.stdout()).as(result.details()).isEqualTo("own base True\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void noteSaysWhatCameOfAVariable(TestSandbox sandbox) throws Exception {
        boolean strict = sandbox.sandbox().status().tier().orElseThrow().equals("landlock");
        assertThat(notes(sandbox, "PYTHONNODEBUGRANGES"))
                .containsExactly("Run in a fresh interpreter because PYTHONNODEBUGRANGES was given.");
        assertThat(notes(sandbox, "PYTHONOFNOVERSION"))
                .containsExactly(
                        strict
                                ? "Without effect in this tier: PYTHONOFNOVERSION."
                                : "Run in a fresh interpreter because PYTHONOFNOVERSION was given.");
        for (String name : List.of("PYTHONHOME", "PYTHONVERBOSE", "LD_PRELOAD")) {
            assertThat(notes(sandbox, name)).containsExactly("Only for what the program starts: " + name + ".");
        }
        assertThat(notes(sandbox, "ANYTHING")).isEmpty();
        assertThat(once(sandbox, "print(1)", inputs("", List.of(), Map.of("PYTHONHOME", "/x", "PYTHONHASHSEED", "0")))
                        .report()
                        .notes())
                .containsExactlyInAnyOrder(
                        "Only for what the program starts: PYTHONHOME.",
                        "Run in a fresh interpreter because PYTHONHASHSEED was given.");
    }

    private static List<String> notes(TestSandbox sandbox, String variable) throws Exception {
        TestSandbox.Result result = once(sandbox, "print(1)", variable(variable, "1"));
        assertThat(result.stdout()).as(result.details()).isEqualTo("1\n");
        return result.report().notes();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void variablesThatALoadedLibraryHasReadTakeEffect(TestSandbox sandbox) throws Exception {
        String code = """
                import matplotlib.pyplot as plt
                plt.plot([1, 2])
                plt.show()
                plt.plot([2, 1])
                print(plt.get_backend().lower())
                """;
        TestSandbox.Result result = once(sandbox, code, variable("MPLBACKEND", "svg"));
        assertThat(result.stdout()).as(result.details()).isEqualTo("svg\n");
        assertThat(result.files()).containsOnlyKeys("figure-1.png", "figure-2.png");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void foldersOfMatplotlibAreThereAndCanBeWritten(TestSandbox sandbox) throws Exception {
        String code = """
                import matplotlib, os
                for folder in (matplotlib.get_cachedir(), matplotlib.get_configdir()):
                    print(os.path.isdir(folder), os.access(folder, os.W_OK))
                    open(os.path.join(folder, "own"), "w").close()
                """;
        String expected = "True True\n".repeat(2);
        TestSandbox.Result plain = sandbox.run(code);
        assertThat(plain.stdout()).as(plain.details()).isEqualTo(expected);
        TestSandbox.Result fresh = once(sandbox, code, variable("PYTHONHASHSEED", "0"));
        assertThat(fresh.stdout()).as(fresh.details()).isEqualTo(expected);
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            for (int cell = 0; cell < 2; cell++) {
                TestSandbox.Result shown = run(session, code);
                assertThat(shown.stdout()).as(shown.details()).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void programIsInEveryRespectRunAsOthersAre(TestSandbox sandbox) throws Exception {
        Inputs inputs = inputs("in", List.of("a"), Map.of("PYTHONHASHSEED", "0"), file("b", "B"));
        TestSandbox.Result result = once(sandbox, """
                import sys, inspect, atexit
                atexit.register(print, "last")
                open("out.txt", "w").write(open("b").read() + sys.stdin.read())
                print(sys.argv, len(inspect.stack()), "pandas" in sys.modules, "threading" in sys.modules)
                def f(): raise ValueError("é")
                f()
                """, inputs);
        assertThat(result.stdout()).isEqualTo("['main.py', 'a'] 1 False False\nlast\n");
        assertThat(result.details())
                .startsWith("Traceback (most recent call last):\n  File \"main.py\", line 6, in <module>\n    f()\n")
                .endsWith("ValueError: é");
        assertThat(result.files()).containsOnlyKeys("out.txt");
        assertThat(result.reason()).isEqualTo("error");
        assertThat(once(sandbox, "x = bytearray(600 << 20)", variable("PYTHONHASHSEED", "0"))
                        .details())
                .startsWith("Memory limit of 512 MB exceeded");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void freshInterpreterHasTheSameWalls(TestSandbox sandbox) throws Exception {
        String code = Files.readString(Path.of("src/test/programs/landlock/execution.py"));
        TestSandbox.Result usual = sandbox.run(code);
        TestSandbox.Result fresh = once(sandbox, code, variable("PYTHONHASHSEED", "0"));
        assertThat(fresh.stdout()).isEqualTo(usual.stdout());
        String descriptors = """
                import os
                def is_open(number):
                    try: return bool(os.fstat(number))
                    except OSError: return False
                print([number for number in range(100) if is_open(number)], os.listdir())
                """;
        assertThat(once(sandbox, descriptors, variable("PYTHONHASHSEED", "0")).stdout())
                .isEqualTo("[0, 1, 2] ['main.py']\n");
    }

    @ParameterizedTest
    @CsvSource({
        "random.py, random",
        "threading.py, threading",
        "json/__init__.py, json",
        "linecache.py, linecache",
        "pandas.py, pandas",
        "ast.py, ast",
        "sqlite3.py, sqlite3",
    })
    void filesNamedLikeModulesAreImportedInTheirPlace(String filename, String module) throws Exception {
        for (TestSandbox sandbox : sandboxes()) {
            String code = "import " + module + "\nprint(" + module + ".whose)";
            Inputs inputs = inputs("", List.of(), Map.of(), file(filename, "whose = 'mine'"));
            assertThat(once(sandbox, code, inputs).stdout()).isEqualTo("mine\n");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void librariesImportTheProgramsFilesAsWell(TestSandbox sandbox) throws Exception {
        Inputs inputs = inputs("", List.of(), Map.of(), file("string.py", "whose = 'mine'\ndigits = '0'"));
        TestSandbox.Result result = once(sandbox, "import textwrap, random, string; print(string.whose)", inputs);
        assertThat(result.stdout()).as(result.details()).isEqualTo("mine\n");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void firstProgramOfASessionDecidesForAll(TestSandbox sandbox) throws Exception {
        try (SandboxSession session = SessionRuns.open(sandbox)) {
            Inputs seeded = inputs("in", List.of(), Map.of("PYTHONHASHSEED", "0"), file("random.py", "whose = 'mine'"));
            TestSandbox.Result first =
                    run(session, "import random\nprint(hash('abc'), random.whose, input())\nx = 5", seeded);
            assertThat(first.stdout()).as(first.stderr()).isEqualTo(HASH_OF_ABC.strip() + " mine in\n");
            assertOpen(first);
            TestSandbox.Result second = run(session, "print(x, hash('abc'))", variable("PYTHONHASHSEED", "1"));
            assertThat(second.stdout()).isEqualTo("5 " + HASH_OF_ABC);
            assertThat(second.report().notes()).singleElement().asString().contains("PYTHONHASHSEED");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sandboxes")
    void freshInterpreterHasWhatIsPutInPlaceForWarmOnes(TestSandbox sandbox) throws Exception {
        String code = """
                import multiprocessing.shared_memory, os, pwd, threading
                with multiprocessing.Lock():
                    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=10)
                    memory.close()
                    memory.unlink()
                print(multiprocessing.Array("i", 3)[:])
                try: print(pwd.getpwuid(os.getuid()).pw_name)
                except KeyError: print("nobody")
                threading.stack_size(256 << 20)
                for number in range(3):
                    threading.Thread(target=print, args=(number,)).start()
                from IPython.display import HTML, display
                display(HTML("<b>"))
                """;
        TestSandbox.Result usual = sandbox.run(code);
        TestSandbox.Result fresh = once(sandbox, code, variable("PYTHONHASHSEED", "0"));
        assertThat(usual.reason()).as(usual.details()).isEqualTo("completed");
        assertThat(fresh.stdout().lines())
                .as(fresh.details())
                .containsExactlyInAnyOrderElementsOf(usual.stdout().lines().toList());
    }
}
