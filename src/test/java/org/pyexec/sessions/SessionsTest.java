package org.pyexec.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;
import org.pyexec.execution.Refusal;
import org.pyexec.execution.TargetLease;
import org.pyexec.execution.TooManyException;
import org.pyexec.sandbox.Limits;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.SandboxUnavailableException;
import org.pyexec.sandbox.SessionTerms;

class SessionsTest extends SessionsFixture {

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
}
