package org.pyexec.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pyexec.execution.TooManyException;

class WriteSlotsTest {

    private final WriteSlots places = new WriteSlots(new WriteSlots.Bounds(6, 3, 9, 2));

    private List<WriteSlots.Place> taken(String client, int count) {
        List<WriteSlots.Place> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(places.take(client, false).place().join());
        }
        return taken;
    }

    @Test
    void oneClientDoesNotGetThemAll() {
        taken("a", 3);
        assertThat(places.take("a", false).place()).isNotDone();
        assertThat(places.take("a", true).place()).isNotDone();
        taken("b", 1);
    }

    @Test
    void whoHasFewIsNotKeptWaitingWithASmallAnswer() {
        taken("a", 3);
        taken("b", 3);
        assertThat(places.take("c", false).place()).isNotDone();
        assertThat(places.take("c", true).place()).isDone();
        assertThat(places.take("c", true).place()).isDone();
        assertThat(places.take("c", true).place()).isNotDone();
        assertThat(places.take("a", true).place()).isNotDone();
        assertThat(places.take("d", true).place()).isDone();
        assertThat(places.take("e", true).place()).isNotDone(); // nine in all
    }

    @Test
    void placeThatIsLeftGoesToTheClientWithTheFewest() {
        List<WriteSlots.Place> ofA = taken("a", 3);
        List<WriteSlots.Place> ofB = taken("b", 3);
        WriteSlots.Turn moreOfA = places.take("a", false);
        WriteSlots.Turn moreOfB = places.take("b", false);
        WriteSlots.Turn first = places.take("c", false);
        ofB.get(0).close();
        assertThat(first.place()).isDone();
        assertThat(moreOfB.place()).isNotDone();
        WriteSlots.Turn second = places.take("c", false);
        ofA.get(0).close();
        assertThat(second.place()).isDone(); // c has one, the others two
        assertThat(moreOfA.place()).isNotDone();
    }

    @Test
    void smallAnswerDoesNotWaitBehindALargeOneOfItsClient() {
        List<WriteSlots.Place> ofA = taken("a", 3);
        List<WriteSlots.Place> ofB = taken("b", 3);
        WriteSlots.Turn large = places.take("c", false);
        for (String client : List.of("d", "e", "f")) { // nine in all
            places.take(client, true).place().join();
        }
        WriteSlots.Turn small = places.take("c", true);
        assertThat(small.place()).isNotDone();
        ofA.get(0).close();
        assertThat(small.place()).isDone();
        assertThat(large.place()).isNotDone(); // for that there are still as many as there may be
        ofB.forEach(WriteSlots.Place::close);
        ofA.get(1).close();
        assertThat(large.place()).isDone();
    }

    @Test
    void placeIsLeftOnce() {
        List<WriteSlots.Place> ofA = taken("a", 3);
        ofA.get(0).close();
        ofA.get(0).close();
        taken("a", 1);
        assertThat(places.take("a", false).place()).isNotDone();
    }

    @Test
    void whoHasGivenUpGetsNone() {
        List<WriteSlots.Place> ofA = taken("a", 3);
        WriteSlots.Turn first = places.take("a", false);
        WriteSlots.Turn second = places.take("a", false);
        places.giveUp(first);
        assertThat(first.place()).isCompletedExceptionally();
        ofA.get(0).close();
        assertThat(second.place()).isDone();
        places.giveUp(second);
        assertThat(second.place()).isCompletedWithValueMatching(place -> place != null);
    }

    @Test
    void whoDoesNotWaitIsToldWhoseFaultItIs() throws TooManyException {
        places.takeNow("a", "readers");
        taken("a", 2);
        assertThatThrownBy(() -> places.takeNow("a", "readers"))
                .hasMessage("One client can have 3 readers at once.")
                .matches(e -> ((TooManyException) e).ofThisClient());
        taken("b", 3);
        assertThatThrownBy(() -> places.takeNow("c", "readers")).matches(e -> !((TooManyException) e).ofThisClient());
    }

    @Test
    void manyWhoWaitAreACrowd() {
        taken("a", 3);
        for (int i = 0; i < 64; i++) {
            places.take("a", false);
            assertThat(places.isCrowded("a")).isFalse();
        }
        places.take("a", false);
        assertThat(places.isCrowded("a")).isTrue();
        assertThat(places.isCrowded("b")).isFalse();
    }

    @Test
    void nobodyWaitsWhenAllIsOver() {
        taken("a", 3);
        WriteSlots.Turn waiting = places.take("a", false);
        places.close();
        assertThat(waiting.place()).isDone();
        assertThat(places.take("a", false).place()).isDone();
    }
}
