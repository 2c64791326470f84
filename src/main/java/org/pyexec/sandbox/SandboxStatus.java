package org.pyexec.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The current state of the sandbox: tier, layers, network, problems.
 *
 * @param tier {@code namespaces}, {@code landlock} or {@code none}; empty while there is none
 * @param layers the layers of isolation that are on, such as {@code seccomp}
 * @param network whether programs can be given the network
 * @param pythonVersion of the interpreter that runs programs, such as {@code 3.11.2}; empty while there is none
 * @param problem why nothing can run, one line; empty when ready
 * @param worstLag the longest time of the last minute for which one thing has kept all programs waiting
 */
public record SandboxStatus(
        Optional<String> tier,
        List<String> layers,
        boolean network,
        Optional<String> pythonVersion,
        Optional<String> problem,
        Duration worstLag) {

    public SandboxStatus {
        layers = List.copyOf(layers);
    }

    SandboxStatus withWorstLag(Duration lag) {
        return new SandboxStatus(tier, layers, network, pythonVersion, problem, lag);
    }

    SandboxStatus withProblem(String what) {
        return new SandboxStatus(tier, layers, network, pythonVersion, Optional.of(what), worstLag);
    }

    /** Whether programs can run now. */
    public boolean ready() {
        return problem.isEmpty();
    }
}
