package org.pyexec.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;

/** Tests that have a sandbox of each tier, and one that an ordinary user has started. */
abstract class OnEveryTier {

    /** The tag of a class whose sandboxes have libraries preloaded. */
    static final String LIBRARIES = "libraries";

    private static final List<TestSandbox> SANDBOXES = new ArrayList<>();

    @BeforeAll
    static void startSandboxes(TestInfo test) throws IOException {
        boolean libraries = test.getTags().contains(LIBRARIES);
        for (String tier : List.of("namespaces", "landlock", "none")) {
            SANDBOXES.add(start(libraries, TestSandbox.Identity.OURS, tier));
        }
        if (TestSandbox.Identity.possible().contains(TestSandbox.Identity.ORDINARY_USER)) {
            SANDBOXES.add(start(libraries, TestSandbox.Identity.ORDINARY_USER, "auto"));
        }
        SANDBOXES.forEach(TestSandbox::awaitReady);
    }

    private static TestSandbox start(boolean libraries, TestSandbox.Identity identity, String tier) throws IOException {
        return libraries
                ? TestSandbox.startWithLibraries(identity, tier)
                : TestSandbox.start(identity, tier, TestSandbox.PYTHON);
    }

    @AfterAll
    static void closeSandboxes() {
        SANDBOXES.forEach(TestSandbox::close);
        SANDBOXES.clear();
    }

    static List<TestSandbox> sandboxes() {
        return List.copyOf(SANDBOXES);
    }

    /** The one of the namespaces tier. */
    static TestSandbox strongest() {
        return SANDBOXES.get(0);
    }
}
