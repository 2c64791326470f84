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
import org.pyexec.body.Uploads;
import org.pyexec.execution.Executions;
import org.pyexec.execution.Readiness;
import org.pyexec.files.FileStore;
import org.pyexec.filter.Bodies;
import org.pyexec.filter.BodyLimits;
import org.pyexec.http.Delays;
import org.pyexec.http.Json;
import org.pyexec.jobs.JobSettings;
import org.pyexec.jobs.Jobs;
import org.pyexec.memory.Memory;
import org.pyexec.ratelimit.RateLimiter;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sandbox.Sandbox;
import org.pyexec.sandbox.SandboxSettings;
import org.pyexec.sandbox.WarmSandbox;
import org.pyexec.sessions.SessionFiles;
import org.pyexec.sessions.Sessions;
import org.pyexec.web.Answers;
import org.pyexec.web.ApiResource;
import org.pyexec.web.Assets;
import org.pyexec.web.AssetsResource;
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
import org.pyexec.web.LateAnswers;
import org.pyexec.web.PackagesResource;
import org.pyexec.web.Places;
import org.pyexec.web.RootResource;
import org.pyexec.web.SessionFileAnswers;
import org.pyexec.web.SessionFilesResource;
import org.pyexec.web.SessionsResource;
import org.pyexec.web.StreamPlaces;
import org.pyexec.web.Submissions;
import org.pyexec.web.UnchangedFiles;
import org.pyexec.web.UntakenAnswers;
import org.pyexec.web.Uptime;

/**
 * Every room of the application, built and joined. The only place that sees them all.
 *
 * @param webComponents the resources and mappers that Jersey serves
 */
record Rooms(
        Settings settings,
        WorkerPool workers,
        ScheduledExecutorService timer,
        Storage storage,
        Memory memory,
        Sandbox sandbox,
        Executions executions,
        Jobs jobs,
        Sessions sessions,
        Bodies bodies,
        RateLimiter rateLimiter,
        Places places,
        LateAnswers lateAnswers,
        List<Object> webComponents)
        implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Rooms.class.getName());

    private static final int UNTAKEN_PART = 4; // of the heap, for answers that wait for their readers
    private static final int JOBS_PART = 8; // of the heap, for executions that are kept

    /** Threads that write answers: a good deal fewer than the two hundred that servers have for requests. */
    private static final Places.Bounds ANSWERS = new Places.Bounds(96, 48, 160, 8);

    /** Threads that follow programs: so few that the programs find theirs beside them (TomEE: resources.xml). */
    private static final Places.Bounds STREAMS = Places.Bounds.of(128, 32);

    static Rooms build(Settings settings, Executor container, ServletContext context) throws IOException {
        Clock clock = Clock.systemUTC();
        WorkerPool executor = new WorkerPool(container);
        ScheduledExecutorService timer = newTimer();
        Storage storage = Storage.open(settings, clock);
        SandboxSettings sandboxed = settings.sandbox().in(storage.runtime());
        MemoryNeeds.of(settings, sandboxed).log();
        Memory memory = memory(settings.bodies().maxBodyBytes());
        Sandbox sandbox = WarmSandbox.start(sandboxed, executor);
        Executions executions =
                new Executions(settings.execution(), sandbox, storage.files(), memory, executor, timer, clock);
        Jobs jobs = new Jobs(
                JobSettings.keptFor(
                        settings.files().timeToLive(), Runtime.getRuntime().maxMemory() / JOBS_PART),
                memory,
                clock);
        Sessions sessions = new Sessions(settings.sessions(), sandbox, storage.keys(), clock);
        BodyLimits limits = BodyLimits.of(
                settings.bodies().maxBodyBytes(), settings.bodies().maxUploadBytes());
        Delays delays = new Delays(executor, timer);
        Places places = new Places(ANSWERS);
        LateAnswers lateAnswers = new LateAnswers(delays, places);
        return new Rooms(
                settings,
                executor,
                timer,
                storage,
                memory,
                sandbox,
                executions,
                jobs,
                sessions,
                new Bodies(limits, storage.incoming(), memory, delays, uploads(settings, storage, memory)),
                new RateLimiter(settings.rateLimit(), System::nanoTime),
                places,
                lateAnswers,
                webComponents(
                        settings, executions, jobs, sessions, storage, memory, delays, lateAnswers, clock, context));
    }

    private static Uploads uploads(Settings settings, Storage storage, Memory memory) {
        return new Uploads(storage.files(), settings.bodies().maxUploadBytes(), storage.incoming(), memory);
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
            Storage storage,
            Memory memory,
            Delays delays,
            LateAnswers lateAnswers,
            Clock clock,
            ServletContext context)
            throws IOException {
        FileStore files = storage.files();
        Answers answers = new Answers(Json.mapper(settings.bodies().maxBodyBytes()), clock);
        InternalErrors errors = new InternalErrors(answers, settings.development());
        ExecuteAnswers executeAnswers = new ExecuteAnswers(answers, errors, settings.failedExecutionStatus());
        HostedAnswers hosted = new HostedAnswers(files, answers);
        Uptime uptime = new Uptime(System::nanoTime);
        StreamPlaces streams = new StreamPlaces(new Places(STREAMS), executeAnswers);
        Assets assets = Assets.of(context);
        HealthResource.Host host = SettingsReader.host(context.getServerInfo());
        return List.of(
                new RootResource(answers, assets),
                new ApiResource(answers, uptime, version()),
                new HealthResource(
                        executions,
                        new Readiness(executions, delays.timer(), System::nanoTime),
                        files,
                        storage.directory().path().toString(),
                        answers,
                        lateAnswers,
                        uptime,
                        host),
                new PackagesResource(executions, answers),
                new ExecuteResource(
                        executions,
                        sessions,
                        files,
                        answers,
                        executeAnswers,
                        lateAnswers,
                        new UntakenAnswers(Runtime.getRuntime().maxMemory() / UNTAKEN_PART, memory),
                        new Submissions(executions, jobs, answers, executeAnswers),
                        streams,
                        memory),
                new ExecutionsResource(jobs, answers, lateAnswers, streams),
                new SessionsResource(sessions, executions, delays, answers, lateAnswers, memory),
                new SessionFilesResource(
                        new SessionFiles(sessions, delays.executor()),
                        files,
                        Math.min(settings.bodies().maxUploadBytes(), InputFile.MAX_BYTES),
                        new SessionFileAnswers(answers, errors),
                        hosted,
                        lateAnswers,
                        memory),
                new HostResource(answers, settings.bodies().maxUploadBytes()),
                new DownloadResource(files, answers, hosted, lateAnswers),
                new UnchangedFiles(files),
                new AssetsResource(assets),
                new EmptyErrors(answers),
                new FailureMapper(answers, errors));
    }

    /** Ends every program, and returns when their clients have been told. */
    void endPrograms() {
        sandbox.close();
        sessions.close();
        places.close();
        lateAnswers.close();
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

    private static String version() throws IOException {
        Properties build = new Properties();
        try (InputStream in = Rooms.class.getResourceAsStream("build.properties")) {
            build.load(in);
        }
        return build.getProperty("version");
    }
}
