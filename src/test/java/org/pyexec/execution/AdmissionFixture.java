package org.pyexec.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.pyexec.client.Client;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;

/** One slot, one target, and executors that run a task when the test says so. */
abstract class AdmissionFixture {

    static final Client CLIENT = Client.local("client");
    final CancellationException cancelled = new CancellationException();

    final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    final Memory memory = new Memory(1 << 20);
    final OneAtATime target = new OneAtATime();
    final List<Runnable> tasks = new ArrayList<>();
    Slots slots;

    @BeforeEach
    void open() {
        slots = new Slots(1, 1, Duration.ofMinutes(5), timer);
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    Admission admission(RecordedCandidate candidate) throws NoRoomException {
        Memory.Share share = memory.share(CLIENT);
        share.hold(1000);
        return new Admission(candidate, slots, tasks::add, share);
    }

    RecordedCandidate candidate() {
        return new RecordedCandidate(target, AdmissionCheck.OPEN);
    }

    void assertNothingIsHeld() {
        assertThat(target.leased).isFalse();
        assertThat(slots.running()).isZero();
        assertThat(slots.queued()).isZero();
        assertThat(memory.heldBytes()).isZero();
    }
}
