package org.pyexec.app;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.pyexec.api.Json;
import org.pyexec.body.Bodies;
import org.pyexec.body.BodyLimits;
import org.pyexec.client.ClientLimits;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.delivery.UnreadReplyBudget;
import org.pyexec.delivery.WriteSlots;
import org.pyexec.execution.Executions;
import org.pyexec.execution.Readiness;
import org.pyexec.files.FileStore;
import org.pyexec.jobs.JobSettings;
import org.pyexec.jobs.Jobs;
import org.pyexec.memory.Memory;
import org.pyexec.page.Assets;
import org.pyexec.page.AssetsResource;
import org.pyexec.ratelimit.RateLimiter;
import org.pyexec.sandbox.ForkServerSandbox;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxSettings;
import org.pyexec.sessions.SessionFiles;
import org.pyexec.sessions.Sessions;
import org.pyexec.web.Answers;
import org.pyexec.web.ApiResource;
import org.pyexec.web.DownloadResource;
import org.pyexec.web.EmptyErrors;
import org.pyexec.web.ExecuteAnswers;
import org.pyexec.web.ExecuteResource;
import org.pyexec.web.ExecutionsResource;
import org.pyexec.web.FailureMapper;
import org.pyexec.web.HealthResource;
import org.pyexec.web.HostResource;
import org.pyexec.web.HostedAnswers;
import org.pyexec.web.InternalErrors;
import org.pyexec.web.PackagesResource;
import org.pyexec.web.RootResource;
import org.pyexec.web.SessionFileAnswers;
import org.pyexec.web.SessionFilesResource;
import org.pyexec.web.SessionsResource;
import org.pyexec.web.StreamSlots;
import org.pyexec.web.Submissions;
import org.pyexec.web.UnchangedFiles;
import org.pyexec.web.Uptime;

/**
 * Every room of the application, built and joined. The only place that sees them all.
 *
 * @param webComponents the resources and mappers that Jersey serves
 */
record Application(
        Settings settings,
        WorkerPool workers,
        ScheduledExecutorService timer,
        FileStore files,
        Memory memory,
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

    private static final int UNREAD_PART = 4; // of the heap, for answers that wait for their readers
    private static final int JOBS_PART = 8; // of the heap, for executions that are kept

    /** Threads that write answers: a good deal fewer than the two hundred that servers have for requests. */
    private static final WriteSlots.Bounds ANSWERS = new WriteSlots.Bounds(96, 160);

    /** Threads that follow programs: so few that the programs find theirs beside them (TomEE: resources.xml). */
    private static final WriteSlots.Bounds STREAMS = new WriteSlots.Bounds(128, 128);

    static Application build(Settings settings, Executor container, ServletContext context) throws IOException {
        Clock clock = Clock.systemUTC();
        WorkerPool executor = new WorkerPool(container);
        ScheduledExecutorService timer = newTimer();
        FileStore files = FileStore.open(settings.files(), clock);
        SandboxSettings sandboxed = settings.sandbox().in(files.runtime());
        MemoryNeeds.of(settings, sandboxed).log();
        Memory memory = memory(settings.bodies().maxBodyBytes());
        Sandbox sandbox = ForkServerSandbox.start(sandboxed, executor);
        Executions executions = new Executions(settings.execution(), sandbox, files, memory, executor, timer, clock);
        Jobs jobs = new Jobs(
                JobSettings.keptFor(
                        settings.files().timeToLive(), Runtime.getRuntime().maxMemory() / JOBS_PART),
                memory,
                clock);
        Sessions sessions = new Sessions(settings.sessions(), sandbox, files.keys(), clock);
        BodyLimits limits = BodyLimits.of(
                settings.bodies().maxBodyBytes(), settings.bodies().maxUploadBytes());
        BackgroundExecutor background = new BackgroundExecutor(executor, timer);
        WriteSlots slots = new WriteSlots(ANSWERS, ClientLimits::replies);
        AsyncReplies replies = new AsyncReplies(background, slots);
        return new Application(
                settings,
                executor,
                timer,
                files,
                memory,
                sandbox,
                executions,
                jobs,
                sessions,
                new Bodies(limits, files.incoming(), memory, background),
                new RateLimiter(settings.rateLimit(), System::nanoTime),
                slots,
                replies,
                webComponents(
                        settings, executions, jobs, sessions, files, memory, background, replies, clock, context));
    }

    private static Memory memory(long maxBodyBytes) {
        Memory memory = Memory.ofThisJvm();
        long needed = ExecuteResource.heldBytes(maxBodyBytes);
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

    private static List<Object> webComponents(
            Settings settings,
            Executions executions,
            Jobs jobs,
            Sessions sessions,
            FileStore files,
            Memory memory,
            BackgroundExecutor background,
            AsyncReplies replies,
            Clock clock,
            ServletContext context)
            throws IOException {
        Answers answers = new Answers(Json.mapper(settings.bodies().maxBodyBytes()), clock);
        InternalErrors errors = new InternalErrors(answers, settings.development());
        ExecuteAnswers executeAnswers = new ExecuteAnswers(answers, errors, settings.failedExecutionStatus());
        HostedAnswers hosted = new HostedAnswers(files, answers);
        Uptime uptime = new Uptime(System::nanoTime);
        StreamSlots streams = new StreamSlots(new WriteSlots(STREAMS, ClientLimits::streams), executeAnswers);
        Assets assets = Assets.of(context);
        HealthResource.Host host = SettingsReader.host(context.getServerInfo());
        return List.of(
                new RootResource(answers, assets),
                new ApiResource(answers, uptime, version()),
                new HealthResource(
                        executions,
                        new Readiness(executions, background.timer(), System::nanoTime),
                        files,
                        answers,
                        replies,
                        uptime,
                        host),
                new PackagesResource(executions, answers),
                new ExecuteResource(
                        executions,
                        sessions,
                        files,
                        answers,
                        executeAnswers,
                        replies,
                        new UnreadReplyBudget(Runtime.getRuntime().maxMemory() / UNREAD_PART, memory),
                        new Submissions(executions, jobs, answers, executeAnswers),
                        streams,
                        memory),
                new ExecutionsResource(jobs, answers, replies, streams),
                new SessionsResource(sessions, executions, background, answers, replies, memory),
                new SessionFilesResource(
                        new SessionFiles(sessions, background.executor()),
                        files,
                        Math.min(settings.bodies().maxUploadBytes(), InputFile.MAX_BYTES),
                        new SessionFileAnswers(answers, errors),
                        hosted,
                        replies,
                        memory),
                new HostResource(files, answers, settings.bodies().maxUploadBytes(), memory),
                new DownloadResource(files, answers, hosted, replies),
                new UnchangedFiles(files),
                new AssetsResource(assets),
                new EmptyErrors(answers),
                new FailureMapper(answers, errors));
    }

    /** Ends every program, and returns when their clients have been told. */
    void endPrograms() {
        sandbox.close();
        sessions.close();
        slots.close();
        replies.close();
    }

    /** Ends every program first, and closes the store that takes their files last. */
    @Override
    public void close() {
        endPrograms();
        timer.shutdownNow();
        workers.close();
        try {
            files.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String version() throws IOException {
        Properties build = new Properties();
        try (InputStream in = Application.class.getResourceAsStream("build.properties")) {
            build.load(in);
        }
        return build.getProperty("version");
    }
}
