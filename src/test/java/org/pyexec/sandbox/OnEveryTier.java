package org.pyexec.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests that have a sandbox of each tier, and one that an ordinary user has started. */
abstract class OnEveryTier {

    private static final List<TestSandbox> SANDBOXES = new ArrayList<>();

    @BeforeAll
    static void startSandboxes() throws IOException {
        for (String tier : List.of("namespaces", "landlock", "none")) {
            SANDBOXES.add(TestSandbox.start(TestSandbox.Identity.OURS, tier, TestSandbox.PYTHON));
        }
        if (TestSandbox.Identity.possible().contains(TestSandbox.Identity.ORDINARY_USER)) {
            SANDBOXES.add(TestSandbox.start(TestSandbox.Identity.ORDINARY_USER, "auto", TestSandbox.PYTHON));
        }
        SANDBOXES.forEach(TestSandbox::awaitReady);
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
