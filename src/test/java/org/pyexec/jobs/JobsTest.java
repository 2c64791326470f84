package org.pyexec.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pyexec.execution.AdmissionCheck;
import org.pyexec.execution.RefusedException;
import org.pyexec.execution.TooManyException;

class JobsTest extends JobsFixture {

    private JobStatus status(JobView job) {
        return jobs.find(job.id()).orElseThrow().status();
    }

    @Test
    void statusFollowsTheProgram() throws Exception {
        JobView first = submit("a");
        JobView second = submit("a");

        assertThat(status(first)).isEqualTo(JobStatus.RUNNING);
        assertThat(status(second)).isEqualTo(JobStatus.QUEUED);
        end(1);
        assertThat(status(first)).isEqualTo(JobStatus.FINISHED);
        assertThat(jobs.find(first.id()).orElseThrow().answer()).contains(new byte[] {'1'});
        assertThat(first.client()).isEqualTo("a");
    }

    @Test
    void jobIsFoundByItsIdUntilItsTimeIsOverAfterItsEnd() throws Exception {
        JobView job = submit("a");
        clock.step(Duration.ofHours(1));
        jobs.sweep();
        assertThat(jobs.find(job.id())).contains(job);

        end(0);
        clock.step(TIME_TO_LIVE.minusMillis(1));
        jobs.sweep();
        assertThat(jobs.find(job.id())).isPresent();

        clock.step(Duration.ofMillis(1));
        assertThat(jobs.find(job.id())).isEmpty();
        jobs.sweep();
        assertThat(jobs.find(job.id())).isEmpty();
        assertThat(jobs.find("never")).isEmpty();
    }

    @Test
    void oneClientHasABoundOfItsOwn() throws Exception {
        JobView first = submit("a");
        submit("a");
        assertThatThrownBy(() -> submit("a"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        submit("b");

        assertThat(jobs.find(first.id())).isPresent();
        end(2);
        clock.step(TIME_TO_LIVE);
        submit("a");
        assertThat(starts).hasValue(4);
    }

    @Test
    void allClientsTogetherHaveABound() throws Exception {
        submit("a");
        submit("b");
        submit("c");
        assertNoneOfAll("a");
        submit("d"); // has none, and did not fill it
        assertNoneOfAll("d");
        assertNoneOfAll("e");
        assertThat(starts).hasValue(4);
    }

    private void assertNoneOfAll(String client) {
        assertThatThrownBy(() -> submit(client))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isFalse());
    }

    @Test
    void whatIsKeptOfOneClientAndOfAllHasABoundInMemory() throws Exception {
        AdmissionCheck checkOfA = jobs.admissionCheck(client("a"));
        submit("a");
        checkOfA.check();
        endLast(600);

        assertThatThrownBy(() -> submit("a"))
                .isInstanceOfSatisfying(
                        TooManyException.class,
                        e -> assertThat(e.ofThisClient()).isTrue());
        assertThatThrownBy(checkOfA::check).isInstanceOf(RefusedException.class);
        AdmissionCheck checkOfB = jobs.admissionCheck(client("b"));
        submit("b");
        checkOfB.check();
        endLast(450);

        assertNoneOfAll("b");
        assertThatThrownBy(checkOfB::check).isInstanceOf(RefusedException.class);
        AdmissionCheck checkOfC = jobs.admissionCheck(client("c"));
        checkOfC.check();
        submit("c");
        endLast(450); // has nothing, and did not fill it

        AdmissionCheck checkOfD = jobs.admissionCheck(client("d"));
        assertNoneOfAll("d");
        assertThatThrownBy(checkOfD::check).isInstanceOf(RefusedException.class);
        assertThat(starts).hasValue(3);

        clock.step(TIME_TO_LIVE);
        checkOfD.check();
        checkOfC.check();
        checkOfA.check();
        submit("a");
    }

    @Test
    void whatCameOfAProgramIsKeptOnceOnly() throws Exception {
        Jobs.Started started = start();
        Job job = new Job("id", "a", started.running(), started.answer());
        assertThat(job.execution()).isPresent();
        end(0);
        job.settle();
        assertThat(job.execution()).isEmpty();
        assertThat(job.follow(0).refused().getAsBoolean()).isFalse();
    }

    @Test
    void aStartDoesNotKeepOthersWaiting() throws Exception {
        JobView known = submit("a");
        Submission submission = jobs.submit(client("b"), NO_KEY, () -> {
            assertThat(CompletableFuture.supplyAsync(() -> jobs.find(known.id()))
                            .join())
                    .isPresent();
            return start();
        });
        accepted(submission);
    }

    @Test
    void jobThatIsBeingStartedCountsAndIsNotFoundYet() throws Exception {
        submit("a");
        jobs.submit(client("a"), NO_KEY, () -> {
            assertThatThrownBy(() -> submit("a")).isInstanceOf(TooManyException.class);
            return start();
        });
        assertThat(starts).hasValue(2);
    }
}
