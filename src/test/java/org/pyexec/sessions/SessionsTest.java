package org.pyexec.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pyexec.SteppedClock;
import org.pyexec.client.Client;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TargetLease;
import org.pyexec.execution.TooManyException;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FileReceiver;
import org.pyexec.sandbox.FilesReport;
import org.pyexec.sandbox.Limits;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxRun;
import org.pyexec.sandbox.SandboxSession;
import org.pyexec.sandbox.SandboxStatus;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sandbox.SessionTerms;

class SessionsTest {

    private static final SessionTerms USUAL = new SessionTerms(false, Limits.OF_THE_SERVER);
    private static final FilesReport LISTED =
            new FilesReport(FilesReport.Outcome.LISTED, "", List.of(), false, List.of(), 0);
    private static final Duration IDLE = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    private final SteppedClock clock = new SteppedClock();
    private final FakeSandbox sandbox = new FakeSandbox();
    private Sessions sessions;

    @BeforeEach
    void open() throws IOException {
        sessions = new Sessions(new SessionSettings(IDLE, 2, 3), sandbox, folder, clock);
    }

    private LiveSession open(String client)
            throws TooManyException, SandboxUnavailableException, SessionExpiredException {
        String id = sessions.open(Client.local(client), USUAL, Optional.empty()).id();
        return sessions.live(id).orElseThrow();
    }

    private static TargetLease taken(CompletableFuture<TargetLease> lease) {
        assertThat(lease).isCompleted();
        return lease.join();
    }

    private static RefusedException refusal(CompletableFuture<TargetLease> lease) {
        assertThat(lease).isCompletedExceptionally();
        try {
            throw new AssertionError(lease.join());
        } catch (CompletionException e) {
            return Objects.requireNonNull((RefusedException) e.getCause());
        }
    }

    @Test
    void turnsAreTakenInTheirOrder() throws Exception {
        LiveSession session = open("a");
        CompletableFuture<TargetLease> first = session.lease();
        CompletableFuture<TargetLease> second = session.lease();
        CompletableFuture<TargetLease> third = session.lease();
        assertThat(session.view().waiting()).isEqualTo(2);
        assertThat(second).isNotDone();
        taken(first).close();
        assertThat(third).isNotDone();
        taken(second).close();
        taken(second).close(); // once is enough
        taken(third);
        assertThat(session.view().running()).isTrue();
        taken(third).close();
        assertThat(session.view().running()).isFalse();
    }

    @Test
    void whoeverGivesUpIsPassedOver() throws Exception {
        LiveSession session = open("a");
        CompletableFuture<TargetLease> first = session.lease();
        CompletableFuture<TargetLease> second = session.lease();
        CompletableFuture<TargetLease> third = session.lease();
        second.completeExceptionally(new IllegalStateException("gone"));
        assertThat(session.view().waiting()).isEqualTo(1);
        taken(first).close();
        taken(third).close();
        taken(session.lease());
    }

    @Test
    void waitingIsBounded() throws Exception {
        LiveSession session = open("a");
        taken(session.lease());
        for (int i = 0; i < 32; i++) {
            assertThat(session.lease()).isNotDone();
        }
        assertThat(refusal(session.lease()).refusal()).isEqualTo(Refusal.BUSY);
    }

    @Test
    void sessionsOfOneClientAndOfAllAreBounded() throws Exception {
        LiveSession first = open("a");
        open("a");
        assertThatThrownBy(() -> open("a"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        open("b");
        assertThatThrownBy(() -> open("c"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isFalse());
        sessions.delete(first.id());
        open("a");
        assertThat(sessions.count()).isEqualTo(3);
    }

    @Test
    void whatCannotBeOpenedTakesNoPlace() throws Exception {
        sandbox.broken = true;
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> open("a")).isInstanceOf(SandboxUnavailableException.class);
        }
        sandbox.broken = false;
        open("a");
        open("a");
    }

    @Test
    void idleSessionEndsAndEachProgramGivesItNewTime() throws Exception {
        LiveSession session = open("a");
        clock.step(IDLE.minusSeconds(1));
        TargetLease lease = taken(session.lease());
        clock.step(IDLE.plusSeconds(1)); // a long program is no idleness
        sessions.sweep();
        lease.close();
        clock.step(IDLE.minusSeconds(1));
        assertThat(sessions.find(session.id())).contains(session.view());
        clock.step(Duration.ofSeconds(1));
        assertThatThrownBy(() -> sessions.find(session.id()))
                .isInstanceOf(SessionExpiredException.class)
                .hasMessage("Nothing has run in it for 600 seconds");
        assertThat(sandbox.opened.get(0).closed).isTrue();
        assertThat(refusal(sessions.target(session.id(), false).lease()).refusal())
                .isEqualTo(Refusal.SESSION_ENDED);
    }

    @Test
    void deletedSessionRefusesThoseWhoWait() throws Exception {
        LiveSession session = open("a");
        TargetLease running = taken(session.lease());
        CompletableFuture<TargetLease> waiting = session.lease();
        sessions.delete(session.id());
        assertThat(refusal(waiting)).isInstanceOf(SessionExpiredException.class).hasMessage("It was deleted");
        assertThat(sandbox.opened.get(0).ended).isTrue(); // its program is told
        assertThat(sandbox.opened.get(0).closed).isFalse();
        assertThatThrownBy(() -> running.open(new Program("1", IDLE, false)))
                .isInstanceOf(SessionExpiredException.class);
        running.close();
        assertThat(sandbox.opened.get(0).closed).isTrue();
        assertThatThrownBy(() -> sessions.find(session.id())).hasMessage("It was deleted");
    }

    @Test
    void sessionWhoseInterpreterHasEndedMakesRoomAndKeepsItsReason() throws Exception {
        LiveSession session = open("a");
        open("a");
        sandbox.opened.get(0).reason = "It crashed";
        open("a");
        assertThatThrownBy(() -> sessions.find(session.id())).hasMessage("It crashed");
        assertThatThrownBy(() -> sessions.find(session.id())).hasMessage("It crashed");
    }

    @Test
    void idsOfTheServerBeforeAreKnownAndOthersAreNot() throws Exception {
        String id = open("a").id();
        Sessions again = new Sessions(new SessionSettings(IDLE, 2, 3), sandbox, folder, clock);
        assertThatThrownBy(() -> again.find(id))
                .isInstanceOf(SessionExpiredException.class)
                .hasMessage("The server was restarted since, or it ended long ago");
        for (String other : List.of(
                "", "x", id + "A", id.substring(1), "A".repeat(38), "ü", id.toLowerCase(java.util.Locale.ROOT))) {
            assertThat(again.find(other)).as(other).isEmpty();
        }
        assertThat(refusal(again.target("x", false).lease()).refusal()).isEqualTo(Refusal.UNKNOWN_SESSION);
    }

    @Test
    void networkIsAMatterOfTheSession() throws Exception {
        String without = open("a").id();
        String with = sessions.open(Client.local("a"), new SessionTerms(true, Limits.OF_THE_SERVER), Optional.empty())
                .id();
        assertThat(refusal(sessions.target(without, true).lease()).refusal())
                .isEqualTo(Refusal.SESSION_WITHOUT_NETWORK);
        taken(sessions.target(with, true).lease()).close();
        taken(sessions.target(with, false).lease()).close();
    }

    @Test
    void whatIsFoundKnowsItsOwnerAndListsShowAClientItsOwn() throws Exception {
        String first = open("a").id();
        String second = open("b").id();
        assertThat(sessions.find(first).orElseThrow().client()).isEqualTo("a");
        assertThat(sessions.of(Client.local("a"))).extracting(SessionView::id).containsExactly(first);
        assertThat(sessions.deleteAllOf(Client.local("a"))).containsExactly(first);
        assertThat(sessions.of(Client.local("a"))).isEmpty();
        assertThat(sessions.find(second)).isPresent();
    }

    @Test
    void commandsForWhatNeverWasDoNothing() throws Exception {
        assertThat(sessions.delete("never")).isFalse();
        assertThat(sessions.interrupt("never")).isEmpty();
    }

    // --- files

    private final List<Runnable> tasks = new ArrayList<>();

    private CompletableFuture<FilesReport> listed(SessionFiles files, String id) {
        return files.carryOut(id, new FileOrder.Listing(), (name, size, content) -> {});
    }

    @Test
    void orderAboutFilesTakesItsTurnAmongPrograms() throws Exception {
        SessionFiles files = new SessionFiles(sessions, tasks::add);
        LiveSession session = open("a");
        TargetLease program = taken(session.lease());
        CompletableFuture<FilesReport> order = listed(files, session.id());
        CompletableFuture<TargetLease> next = session.lease();
        assertThat(session.view().waiting()).isEqualTo(2);
        assertThat(tasks).isEmpty();
        program.close();
        assertThat(order).isNotDone();
        assertThat(next).isNotDone();
        tasks.remove(0).run();
        assertThat(order).isCompletedWithValue(LISTED);
        taken(next).close();
        assertThat(session.view().running()).isFalse();
        assertThat(sandbox.opened.get(0).orders).hasSize(1);
    }

    @Test
    void turnOfAnOrderForWhichThereIsNoThreadIsGivenBack() throws Exception {
        SessionFiles files = new SessionFiles(sessions, task -> {
            throw new RejectedExecutionException("full");
        });
        LiveSession session = open("a");
        assertThat(refusalOf(listed(files, session.id())).refusal()).isEqualTo(Refusal.BUSY);
        assertThat(session.view().running()).isFalse();
        taken(session.lease()).close();
    }

    @Test
    void orderOfASessionThatIsNotThereOrEndsMeanwhileIsRefused() throws Exception {
        SessionFiles files = new SessionFiles(sessions, tasks::add);
        assertThat(refusalOf(listed(files, "nope")).refusal()).isEqualTo(Refusal.UNKNOWN_SESSION);
        assertThatThrownBy(() -> files.check("nope")).isInstanceOf(RefusedException.class);
        LiveSession session = open("a");
        files.check(session.id());
        CompletableFuture<FilesReport> started = listed(files, session.id());
        CompletableFuture<FilesReport> waiting = listed(files, session.id());
        sessions.delete(session.id());
        tasks.remove(0).run();
        for (CompletableFuture<FilesReport> order : List.of(started, waiting, listed(files, session.id()))) {
            assertThat(refusalOf(order))
                    .isInstanceOf(SessionExpiredException.class)
                    .hasMessage("It was deleted");
        }
        assertThat(sandbox.opened.get(0).orders).isEmpty();
    }

    private static RefusedException refusalOf(CompletableFuture<FilesReport> order) {
        assertThat(order).isCompletedExceptionally();
        try {
            throw new AssertionError(order.join());
        } catch (CompletionException e) {
            return Objects.requireNonNull((RefusedException) e.getCause());
        }
    }

    private static final class FakeSandbox implements Sandbox {

        private final List<FakeSession> opened = new ArrayList<>();
        private boolean broken;

        @Override
        public SandboxRun open(Program program) {
            throw new AssertionError("programs run in sessions here");
        }

        @Override
        public SandboxSession openSession(SessionTerms terms) throws SandboxUnavailableException {
            if (broken) {
                throw new SandboxUnavailableException("broken");
            }
            FakeSession session = new FakeSession();
            opened.add(session);
            return session;
        }

        @Override
        public SandboxStatus status() {
            throw new AssertionError("nobody has to ask");
        }

        @Override
        public void close() {}
    }

    private static final class FakeSession implements SandboxSession {

        private final List<FileOrder> orders = new ArrayList<>();
        private @Nullable String reason;
        private boolean ended;
        private boolean closed;

        @Override
        public SandboxRun run(Program program) {
            throw new AssertionError("turns are taken here, and no program is run");
        }

        @Override
        public FilesReport files(FileOrder order, FileReceiver receiver) {
            orders.add(order);
            return LISTED;
        }

        @Override
        public boolean interrupt() {
            return false;
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public Optional<String> ended() {
            return Optional.ofNullable(reason);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
