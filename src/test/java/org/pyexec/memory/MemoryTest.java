package org.pyexec.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.pyexec.client.Client;

class MemoryTest {

    private static final long MIB = 1 << 20;

    private final Memory memory = new Memory(64 * MIB);

    private Memory.Share holding(String client, long bytes) throws NoRoomException {
        Memory.Share share = memory.share(Client.local(client));
        share.hold(bytes);
        return share;
    }

    private static void assertRefused(Memory.Share share, long bytes) {
        assertThatThrownBy(() -> share.hold(bytes)).isInstanceOf(NoRoomException.class);
    }

    @Test
    void roomIsHalfOfWhatTheServerLeaves() {
        assertThat(Memory.inHeap(384 * MIB).mostBytesOfOne()).isEqualTo(63 * MIB);
        assertThat(Memory.inHeap(4096 * MIB).mostBytesOfOne()).isEqualTo(875 * MIB);
        assertThat(Memory.inHeap(128 * MIB).mostBytesOfOne()).isEqualTo(14 * MIB);
    }

    @Test
    void oneClientHasHalfOfItAndTheLastOfThatOnlyForLittle() throws Exception {
        assertThat(memory.mostBytesOfOne()).isEqualTo(28 * MIB);
        Memory.Share first = holding("a", 28 * MIB);
        assertRefused(memory.share(Client.local("a")), MIB + 1);
        Memory.Share little = holding("a", MIB);
        assertRefused(little, MIB + 1);
        assertThat(memory.heldBytes()).isEqualTo(29 * MIB);
        holding("b", 20 * MIB);
        first.close();
        little.hold(28 * MIB);
        assertThat(memory.heldBytes()).isEqualTo(48 * MIB);
    }

    @Test
    void allHaveWhatThereIsAndTheLastOfThatOnlyForLittle() throws Exception {
        holding("a", 28 * MIB);
        holding("b", 28 * MIB);
        assertRefused(memory.share(Client.local("c")), MIB + 1);
        List<Memory.Share> little = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            little.add(holding("c", MIB));
        }
        assertRefused(memory.share(Client.local("d")), 1);
        little.get(0).close();
        holding("d", 1);
    }

    @Test
    void whatIsRefusedChangesNothing() throws Exception {
        Memory.Share share = holding("a", 10 * MIB);
        assertRefused(share, 40 * MIB);
        assertThat(memory.heldBytes()).isEqualTo(10 * MIB);
        share.hold(2 * MIB);
        assertThat(memory.heldBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void whatIsThereIsCountedWhateverTheRoom() throws Exception {
        Memory.Share share = memory.share(Client.local("a"));
        share.count(100 * MIB);
        assertRefused(memory.share(Client.local("b")), 1);
        share.hold(99 * MIB); // less is always possible
        share.close();
        share.close();
        assertThat(memory.heldBytes()).isZero();
        share.hold(MIB);
        share.count(MIB);
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void whatIsSpareIsNobodysLastRoom() throws Exception {
        Memory.Share share = memory.share(Client.local("a"));
        assertThat(share.holdSpare(16 * MIB)).isTrue();
        assertThat(share.holdSpare(1)).isFalse();
        assertThat(memory.share(Client.local("b")).holdSpare(16 * MIB)).isTrue();
        assertThat(memory.share(Client.local("c")).holdSpare(1)).isFalse();
        holding("c", 20 * MIB);
    }

    @Test
    void nothingIsLeftAfterManyThreads() {
        IntStream.range(0, 8).parallel().forEach(thread -> {
            for (int i = 0; i < 10_000; i++) {
                try (Memory.Share share = memory.share(Client.local("client " + i % 3))) {
                    share.hold(ThreadLocalRandom.current().nextLong(40 * MIB));
                    share.hold(ThreadLocalRandom.current().nextLong(40 * MIB));
                } catch (NoRoomException full) {
                    assertThat(full).hasMessageContaining("memory");
                }
            }
        });
        assertThat(memory.heldBytes()).isZero();
    }
}
