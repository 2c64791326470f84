package org.pyexec.execution;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.pyexec.client.Client;
import org.pyexec.files.FileStore;
import org.pyexec.memory.Memory;
import org.pyexec.memory.NoRoomException;
import org.pyexec.sandbox.Packages;
import org.pyexec.sandbox.Program;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxStatus;

/**
 * Runs programs: admits each, opens a sandbox and collects the outcome; the door of this room. Safe for use by many
 * threads.
 */
public final class Executions {

    private final ExecutionSettings settings;
    private final Sandbox sandbox;
    private final Memory memory;
    private final Executor executor;
    private final ExecutionTask.Services services;
    private final Slots slots;
    private final ExecutionTarget fresh;

    /**
     * @param memory where a program takes what it needs, from its arrival to its answer
     * @param executor where programs are waited for: one thread each while they run
     * @param timer for those that wait for a slot
     */
    public Executions(
            ExecutionSettings settings,
            Sandbox sandbox,
            FileStore files,
            Memory memory,
            Executor executor,
            ScheduledExecutorService timer,
            Clock clock) {
        this.settings = settings;
        this.sandbox = sandbox;
        this.memory = memory;
        this.executor = executor;
        this.services = new ExecutionTask.Services(settings, sandbox, files, clock);
        this.fresh = ExecutionTarget.fresh(sandbox);
        this.slots = new Slots(settings.maxConcurrent(), settings.maxQueued(), settings.patience(), timer);
    }

    /** How many programs run and wait, and how many could run at once. */
    public record Load(int running, int queued, int capacity) {}

    public Load load() {
        return new Load(slots.running(), slots.queued(), settings.maxConcurrent());
    }

    public SandboxStatus sandbox() {
        return sandbox.status();
    }

    /** What programs can import; empty until that has been found out. */
    public Optional<Packages> packages() {
        return sandbox.packages();
    }

    /** Whether a program that asks for the network can be given it. */
    public boolean networkAvailable() {
        return settings.networkAllowed() && sandbox.status().network();
    }

    /** Where every program has a sandbox of its own. */
    public ExecutionTarget freshSandbox() {
        return fresh;
    }

    /**
     * Runs a program in a sandbox of its own. Returns at once.
     *
     * @param client who shares the slots fairly with others
     */
    public Execution run(Program program, Client client) {
        return run(program, fresh, AdmissionCheck.OPEN, client);
    }

    /**
     * Runs a program. Returns at once.
     *
     * @param check if it fails when everything else is there, the program is refused
     * @param client who shares the slots fairly with others
     */
    public Execution run(Program program, ExecutionTarget target, AdmissionCheck check, Client client) {
        return take(new ExecutionRequest(program, target, check, client, Optional.empty()));
    }

    /**
     * Runs a program that can be followed while it runs. Returns at once.
     *
     * @param check if it fails when everything else is there, the program is refused
     * @param client who shares the slots fairly with others
     * @param transcript a new one; what paces it already does so from the beginning
     */
    public StreamedExecution run(
            Program program, ExecutionTarget target, AdmissionCheck check, Client client, Transcript transcript) {
        Execution execution = take(new ExecutionRequest(program, target, check, client, Optional.of(transcript)));
        execution.outcome().whenComplete((outcome, failure) -> transcript.end());
        return new StreamedExecution(execution, transcript);
    }

    private Execution take(ExecutionRequest request) {
        if (request.program().network() && !networkAvailable()) {
            return Execution.refused(new RefusedException(
                    Refusal.NETWORK_UNAVAILABLE, "This server runs programs without network access."));
        }
        Memory.Share share = memory.share(request.client());
        try {
            share.hold(request.heldBytes());
        } catch (NoRoomException e) {
            return Execution.refused(RefusedException.busy(e));
        }
        Execution execution = new Execution(
                made -> new Admission(new ExecutionTask(request, services, made), slots, executor, share));
        execution.start();
        return execution;
    }
}
