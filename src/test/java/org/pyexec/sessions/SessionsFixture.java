package org.pyexec.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.SteppedClock;
import org.pyexec.client.Client;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TargetLease;
import org.pyexec.execution.TooManyException;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sandbox.Limits;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sandbox.SessionTerms;

/** Sessions over a sandbox that runs nothing. */
abstract class SessionsFixture {

    static final SessionTerms USUAL = new SessionTerms(false, Limits.OF_THE_SERVER);
    static final FilesReport LISTED = new FilesReport(FilesReport.Outcome.LISTED, "", List.of(), false, List.of(), 0);
    static final Duration IDLE = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    final SteppedClock clock = new SteppedClock();
    final FakeSandbox sandbox = new FakeSandbox();
    Sessions sessions;

    @BeforeEach
    void open() throws IOException {
        sessions = new Sessions(new SessionSettings(IDLE, 2, 3), sandbox, folder, clock);
    }

    LiveSession open(String client) throws TooManyException, SandboxUnavailableException, SessionExpiredException {
        String id = sessions.open(Client.local(client), USUAL, Optional.empty()).id();
        return sessions.live(id).orElseThrow();
    }

    static TargetLease taken(CompletableFuture<TargetLease> lease) {
        assertThat(lease).isCompleted();
        return lease.join();
    }

    static RefusedException refusal(CompletableFuture<TargetLease> lease) {
        assertThat(lease).isCompletedExceptionally();
        try {
            throw new AssertionError(lease.join());
        } catch (CompletionException e) {
            return Objects.requireNonNull((RefusedException) e.getCause());
        }
    }
}
