package org.pyexec.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TargetLease;
import org.pyexec.sandbox.FileOrder;
import org.pyexec.sandbox.FilesReport;

/** Orders about a session's files take their turn among its programs. */
class SessionFilesTest extends SessionsFixture {

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
}
