package org.pyexec.execution;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.pyexec.sandbox.Program;

/** Notes what it is told. */
final class RecordedCandidate implements Admission.Candidate {

    final ExecutionRequest request;
    final AtomicInteger admitted = new AtomicInteger();
    final List<Throwable> refused = new CopyOnWriteArrayList<>();
    Runnable whileAdmitted = () -> {};

    RecordedCandidate(ExecutionTarget target, AdmissionCheck check) {
        this.request = new ExecutionRequest(
                new Program("1", Duration.ofSeconds(1), false),
                target,
                check,
                AdmissionFixture.CLIENT,
                Optional.empty());
    }

    int answers() {
        return admitted.get() + refused.size();
    }

    @Override
    public ExecutionRequest request() {
        return request;
    }

    @Override
    public void admitted(Admission.Admitted held) {
        whileAdmitted.run();
        admitted.incrementAndGet();
    }

    @Override
    public void refused(Throwable why) {
        refused.add(why);
    }
}
