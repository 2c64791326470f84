package org.pyexec.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.pyexec.api.Answer;
import org.pyexec.client.Client;
import org.pyexec.execution.RefusedException;
import org.pyexec.memory.Memory;

class UnreadReplyBudgetTest {

    private final Memory memory = new Memory(1 << 20);
    private final UnreadReplyBudget budget = new UnreadReplyBudget(1000, memory);

    private UnreadReplyBudget.UnreadReply made(String client, int bytes) {
        UnreadReplyBudget.UnreadReply answer = budget.expect(Client.local(client));
        Answer made = Answer.json(200, new byte[bytes]);
        assertThat(answer.count(made)).isSameAs(made);
        return answer;
    }

    private void assertOpen(String client) throws RefusedException {
        budget.admissionCheck(Client.local(client)).check();
    }

    private void assertClosed(String client) {
        assertThatThrownBy(() -> assertOpen(client)).isInstanceOf(RefusedException.class);
    }

    @Test
    void clientWhoDoesNotReadWaitsAloneUntilItDoes() throws Exception {
        UnreadReplyBudget.UnreadReply first = made("a", 400);
        assertOpen("a");
        UnreadReplyBudget.UnreadReply second = made("a", 200);
        assertClosed("a");
        assertOpen("b");
        second.release();
        second.release(); // once is enough
        assertOpen("a");
        first.release();
        made("a", 499);
        assertOpen("a");
    }

    @Test
    void allTogetherHaveABound() throws Exception {
        UnreadReplyBudget.UnreadReply first = made("a", 500);
        made("b", 499);
        UnreadReplyBudget.UnreadReply small = made("c", 1);
        assertClosed("b");
        assertClosed("c");
        first.release();
        assertOpen("c");
        assertOpen("a");
        assertOpen("b");
        small.release();
    }

    @Test
    void clientWithoutAnyIsServedWhenOthersHaveFilledIt() throws Exception {
        made("a", 500);
        made("b", 500);
        assertOpen("c");
        made("c", 500);
        assertClosed("c");
        assertClosed("d"); // there is an end to it
    }

    @Test
    void answerThatIsMadeWhenItsClientHasGoneDoesNotCount() throws Exception {
        UnreadReplyBudget.UnreadReply late = budget.expect(Client.local("a"));
        late.release();
        late.count(Answer.json(200, new byte[5000]));
        assertOpen("a");
    }
}
