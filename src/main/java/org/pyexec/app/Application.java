package org.pyexec.app;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.pyexec.api.RequestJson;
import org.pyexec.body.Bodies;
import org.pyexec.body.BodyLimits;
import org.pyexec.body.Uploads;
import org.pyexec.client.ClientLimits;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.delivery.WriteSlots;
import org.pyexec.execution.Executions;
import org.pyexec.jobs.JobSettings;
import org.pyexec.jobs.Jobs;
import org.pyexec.memory.Memory;
import org.pyexec.ratelimit.RateLimiter;
import org.pyexec.sandbox.ForkServerSandbox;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxSettings;
import org.pyexec.sessions.Sessions;

/**
 * Every room of the application, built and joined. The only place that sees them all.
 *
 * @param webComponents the resources and mappers that Jersey serves
 */
record Application(
        Settings settings,
        WorkerPool workers,
        ScheduledExecutorService timer,
        Storage storage,
        Sandbox sandbox,
        Executions executions,
        Jobs jobs,
        Sessions sessions,
        Bodies bodies,
        RateLimiter rateLimiter,
        WriteSlots slots,
        AsyncReplies replies,
        List<Object> webComponents)
        implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Application.class.getName());

    private static final int JOBS_PART = 8; // of the heap, for executions that are kept

    /** Threads that write answers: a good deal fewer than the two hundred that servers have for requests. */
    private static final WriteSlots.Bounds ANSWERS = new WriteSlots.Bounds(96, 160);

    static Application build(Settings settings, Executor container, ServletContext context) throws IOException {
        Clock clock = Clock.systemUTC();
        WorkerPool executor = new WorkerPool(container);
        ScheduledExecutorService timer = newTimer();
        BackgroundExecutor background = new BackgroundExecutor(executor, timer);
        Storage storage = Storage.open(settings, clock);
        SandboxSettings sandboxed = settings.sandbox().in(storage.runtime());
        MemoryNeeds.of(settings, sandboxed).log();
        Memory memory = memory(settings.bodies().maxBodyBytes());
        Sandbox sandbox = ForkServerSandbox.start(sandboxed, executor);
        Executions executions =
                new Executions(settings.execution(), sandbox, storage.files(), memory, executor, timer, clock);
        Jobs jobs = new Jobs(jobSettings(settings), memory, clock);
        Sessions sessions = new Sessions(settings.sessions(), sandbox, storage.keys(), clock);
        WriteSlots slots = new WriteSlots(ANSWERS, ClientLimits::replies);
        AsyncReplies replies = new AsyncReplies(background, slots);
        return new Application(
                settings,
                executor,
                timer,
                storage,
                sandbox,
                executions,
                jobs,
                sessions,
                new Bodies(
                        limits(settings), storage.incoming(), memory, background, uploads(settings, storage, memory)),
                new RateLimiter(settings.rateLimit(), System::nanoTime),
                slots,
                replies,
                new WebComponents(settings, storage, memory, executions, jobs, sessions, background, replies, clock)
                        .build(context));
    }

    private static JobSettings jobSettings(Settings settings) {
        return JobSettings.keptFor(
                settings.files().timeToLive(), Runtime.getRuntime().maxMemory() / JOBS_PART);
    }

    private static BodyLimits limits(Settings settings) {
        return BodyLimits.of(settings.bodies().maxBodyBytes(), settings.bodies().maxUploadBytes());
    }

    private static Uploads uploads(Settings settings, Storage storage, Memory memory) {
        return new Uploads(storage.files(), settings.bodies().maxUploadBytes(), storage.incoming(), memory);
    }

    private static Memory memory(long maxBodyBytes) {
        Memory memory = Memory.ofThisJvm();
        long needed = RequestJson.heldBytes(maxBodyBytes);
        if (needed > memory.mostBytesOfOne()) {
            LOG.log(
                    Level.WARNING,
                    "event=heap_is_small problem=\"A body of MAX_BODY_BYTES needs {0} MB to be read, and one client has {1} MB: see -Xmx\"",
                    Long.toString(needed >> 20),
                    Long.toString(memory.mostBytesOfOne() >> 20));
        }
        return memory;
    }

    /**
     * For what has to be done after a while. Not the timer of {@link java.util.concurrent.CompletableFuture}, whose one thread
     * belongs to the JVM and would hold the first application that used it for ever.
     */
    private static ScheduledExecutorService newTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "pyexec-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** Ends every program, and returns when their clients have been told. */
    void endPrograms() {
        sandbox.close();
        sessions.close();
        slots.close();
        replies.close();
    }

    /** Ends every program first, and closes the folder that their files are in last. */
    @Override
    public void close() {
        endPrograms();
        timer.shutdownNow();
        workers.close();
        try {
            storage.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
