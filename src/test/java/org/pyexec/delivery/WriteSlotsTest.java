package org.pyexec.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;
import org.pyexec.client.ClientLimits;
import org.pyexec.execution.TooManyException;

class WriteSlotsTest {

    private final WriteSlots slots =
            new WriteSlots(new WriteSlots.Bounds(6, 9), limits -> new ClientLimits.Writers(3, 2));

    private List<WriteSlots.Slot> taken(String client, int count) {
        List<WriteSlots.Slot> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(slots.take(Client.local(client), false).slot().join());
        }
        return taken;
    }

    @Test
    void oneClientDoesNotGetThemAll() {
        taken("a", 3);
        assertThat(slots.take(Client.local("a"), false).slot()).isNotDone();
        assertThat(slots.take(Client.local("a"), true).slot()).isNotDone();
        taken("b", 1);
    }

    @Test
    void whoHasFewIsNotKeptWaitingWithASmallAnswer() {
        taken("a", 3);
        taken("b", 3);
        assertThat(slots.take(Client.local("c"), false).slot()).isNotDone();
        assertThat(slots.take(Client.local("c"), true).slot()).isDone();
        assertThat(slots.take(Client.local("c"), true).slot()).isDone();
        assertThat(slots.take(Client.local("c"), true).slot()).isNotDone();
        assertThat(slots.take(Client.local("a"), true).slot()).isNotDone();
        assertThat(slots.take(Client.local("d"), true).slot()).isDone();
        assertThat(slots.take(Client.local("e"), true).slot()).isNotDone(); // nine in all
    }

    @Test
    void placeThatIsLeftGoesToTheClientWithTheFewest() {
        List<WriteSlots.Slot> ofA = taken("a", 3);
        List<WriteSlots.Slot> ofB = taken("b", 3);
        WriteSlots.Ticket moreOfA = slots.take(Client.local("a"), false);
        WriteSlots.Ticket moreOfB = slots.take(Client.local("b"), false);
        WriteSlots.Ticket first = slots.take(Client.local("c"), false);
        ofB.get(0).close();
        assertThat(first.slot()).isDone();
        assertThat(moreOfB.slot()).isNotDone();
        WriteSlots.Ticket second = slots.take(Client.local("c"), false);
        ofA.get(0).close();
        assertThat(second.slot()).isDone(); // c has one, the others two
        assertThat(moreOfA.slot()).isNotDone();
    }

    @Test
    void smallAnswerDoesNotWaitBehindALargeOneOfItsClient() {
        List<WriteSlots.Slot> ofA = taken("a", 3);
        List<WriteSlots.Slot> ofB = taken("b", 3);
        WriteSlots.Ticket large = slots.take(Client.local("c"), false);
        for (String client : List.of("d", "e", "f")) { // nine in all
            slots.take(Client.local(client), true).slot().join();
        }
        WriteSlots.Ticket small = slots.take(Client.local("c"), true);
        assertThat(small.slot()).isNotDone();
        ofA.get(0).close();
        assertThat(small.slot()).isDone();
        assertThat(large.slot()).isNotDone(); // for that there are still as many as there may be
        ofB.forEach(WriteSlots.Slot::close);
        ofA.get(1).close();
        assertThat(large.slot()).isDone();
    }

    @Test
    void placeIsLeftOnce() {
        List<WriteSlots.Slot> ofA = taken("a", 3);
        ofA.get(0).close();
        ofA.get(0).close();
        taken("a", 1);
        assertThat(slots.take(Client.local("a"), false).slot()).isNotDone();
    }

    @Test
    void whoHasGivenUpGetsNone() {
        List<WriteSlots.Slot> ofA = taken("a", 3);
        WriteSlots.Ticket first = slots.take(Client.local("a"), false);
        WriteSlots.Ticket second = slots.take(Client.local("a"), false);
        slots.cancel(first);
        assertThat(first.slot()).isCompletedExceptionally();
        ofA.get(0).close();
        assertThat(second.slot()).isDone();
        slots.cancel(second);
        assertThat(second.slot()).isCompletedWithValueMatching(slot -> slot != null);
    }

    @Test
    void whoDoesNotWaitIsToldWhoseFaultItIs() throws TooManyException {
        slots.takeAtOnce(Client.local("a"), "readers");
        taken("a", 2);
        assertThatThrownBy(() -> slots.takeAtOnce(Client.local("a"), "readers"))
                .hasMessage("One client can have 3 readers at once.")
                .matches(e -> ((TooManyException) e).ofThisClient());
        taken("b", 3);
        assertThatThrownBy(() -> slots.takeAtOnce(Client.local("c"), "readers"))
                .matches(e -> !((TooManyException) e).ofThisClient());
    }

    @Test
    void manyWhoWaitAreACrowd() {
        taken("a", 3);
        for (int i = 0; i < 64; i++) {
            slots.take(Client.local("a"), false);
            assertThat(slots.isQueueFull(Client.local("a"))).isFalse();
        }
        slots.take(Client.local("a"), false);
        assertThat(slots.isQueueFull(Client.local("a"))).isTrue();
        assertThat(slots.isQueueFull(Client.local("b"))).isFalse();
    }

    @Test
    void nobodyWaitsWhenAllIsOver() {
        taken("a", 3);
        WriteSlots.Ticket waiting = slots.take(Client.local("a"), false);
        slots.close();
        assertThat(waiting.slot()).isDone();
        assertThat(slots.take(Client.local("a"), false).slot()).isDone();
    }
}
