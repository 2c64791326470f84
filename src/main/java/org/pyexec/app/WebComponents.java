package org.pyexec.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.pyexec.api.Answers;
import org.pyexec.api.ExecuteRequest;
import org.pyexec.api.ExecuteResponses;
import org.pyexec.api.HealthResponse;
import org.pyexec.api.InternalErrors;
import org.pyexec.api.JobResponses;
import org.pyexec.api.Json;
import org.pyexec.api.ServerHost;
import org.pyexec.api.SessionFileResponses;
import org.pyexec.api.SessionResponses;
import org.pyexec.client.ClientLimits;
import org.pyexec.delivery.AsyncReplies;
import org.pyexec.delivery.BackgroundExecutor;
import org.pyexec.delivery.StreamSlots;
import org.pyexec.delivery.UnreadReplyBudget;
import org.pyexec.delivery.WriteSlots;
import org.pyexec.execution.ExecutionTarget;
import org.pyexec.execution.Executions;
import org.pyexec.execution.Readiness;
import org.pyexec.files.FileStore;
import org.pyexec.jobs.Jobs;
import org.pyexec.memory.Memory;
import org.pyexec.page.Assets;
import org.pyexec.page.AssetsResource;
import org.pyexec.sandbox.InputFile;
import org.pyexec.sessions.SessionFiles;
import org.pyexec.sessions.Sessions;
import org.pyexec.web.ApiResource;
import org.pyexec.web.DownloadResource;
import org.pyexec.web.EmptyErrors;
import org.pyexec.web.ExecuteReplies;
import org.pyexec.web.ExecuteResource;
import org.pyexec.web.ExecutionsResource;
import org.pyexec.web.FailureMapper;
import org.pyexec.web.FileResponses;
import org.pyexec.web.ForeignPages;
import org.pyexec.web.HealthResource;
import org.pyexec.web.HostResource;
import org.pyexec.web.JobStreams;
import org.pyexec.web.JsonRequests;
import org.pyexec.web.PackagesResource;
import org.pyexec.web.Responses;
import org.pyexec.web.RootResource;
import org.pyexec.web.SessionFileReplies;
import org.pyexec.web.SessionFilesResource;
import org.pyexec.web.SessionOpening;
import org.pyexec.web.SessionsResource;
import org.pyexec.web.Submissions;
import org.pyexec.web.UnchangedFiles;
import org.pyexec.web.Uptime;

/** Builds the resources, filters and mappers that Jersey serves, from the rooms behind them. */
final class WebComponents {

    private static final int UNREAD_PART = 4; // of the heap, for answers that wait for their readers

    /** Threads that follow programs: so few that the programs find theirs beside them (TomEE: resources.xml). */
    private static final WriteSlots.Bounds STREAMS = new WriteSlots.Bounds(128, 128);

    private final Settings settings;
    private final String storageDirectory;
    private final FileStore files;
    private final Memory memory;
    private final Executions executions;
    private final Jobs jobs;
    private final Sessions sessions;
    private final BackgroundExecutor background;
    private final AsyncReplies replies;

    private final ObjectMapper mapper;
    private final Answers answers;
    private final Responses responses;
    private final InternalErrors errors;
    private final ExecuteResponses executeResponses;
    private final FileResponses fileResponses;
    private final JsonRequests requests;
    private final StreamSlots streams;
    private final Uptime uptime = new Uptime(System::nanoTime);

    WebComponents(
            Settings settings,
            Storage storage,
            Memory memory,
            Executions executions,
            Jobs jobs,
            Sessions sessions,
            BackgroundExecutor background,
            AsyncReplies replies,
            Clock clock) {
        this.settings = settings;
        this.storageDirectory = storage.directory().path().toString();
        this.files = storage.files();
        this.memory = memory;
        this.executions = executions;
        this.jobs = jobs;
        this.sessions = sessions;
        this.background = background;
        this.replies = replies;
        this.mapper = Json.mapper(settings.bodies().maxBodyBytes());
        this.answers = new Answers(mapper, clock);
        this.responses = new Responses(answers);
        this.errors = new InternalErrors(settings.development());
        this.executeResponses = new ExecuteResponses(answers, errors, settings.failedExecutionStatus());
        this.fileResponses = new FileResponses(files, responses);
        this.requests = new JsonRequests(mapper, memory);
        this.streams = new StreamSlots(new WriteSlots(STREAMS, ClientLimits::streams));
    }

    /** All of them. */
    List<Object> build(ServletContext context) throws IOException {
        List<Object> all = new ArrayList<>();
        all.addAll(page(context));
        all.addAll(aboutTheServer(context));
        all.addAll(execution());
        all.addAll(sessions());
        all.addAll(hostedFiles());
        all.addAll(
                List.of(new ForeignPages(responses), new EmptyErrors(answers), new FailureMapper(responses, errors)));
        return List.copyOf(all);
    }

    private List<Object> page(ServletContext context) throws IOException {
        Assets assets = Assets.of(context);
        return List.of(new RootResource(answers, assets), new AssetsResource(assets));
    }

    private List<Object> aboutTheServer(ServletContext context) throws IOException {
        ServerHost host = SettingsReader.host(context.getServerInfo());
        return List.of(
                new ApiResource(answers, uptime, version()),
                new HealthResource(
                        () -> HealthResponse.of(executions, files, storageDirectory, host, uptime.seconds(), answers),
                        new Readiness(executions, background.timer(), System::nanoTime),
                        answers,
                        replies),
                new PackagesResource(executions, responses));
    }

    private List<Object> execution() {
        JobResponses jobResponses = new JobResponses(answers);
        UnreadReplyBudget unread = new UnreadReplyBudget(Runtime.getRuntime().maxMemory() / UNREAD_PART, memory);
        return List.of(
                new ExecuteResource(
                        requests,
                        files,
                        this::target,
                        new Submissions(executions, jobs, executeResponses, jobResponses),
                        new ExecuteReplies(executions, executeResponses, replies, unread, streams, mapper),
                        executeResponses),
                new ExecutionsResource(
                        jobs,
                        new JobStreams(streams, replies, executeResponses, mapper),
                        jobResponses,
                        responses,
                        replies));
    }

    private ExecutionTarget target(ExecuteRequest wanted) {
        return wanted.session()
                .map(id -> sessions.target(id, wanted.allowNetwork()))
                .orElseGet(executions::freshSandbox);
    }

    private List<Object> sessions() {
        SessionResponses sessionResponses = new SessionResponses(answers);
        SessionOpening opening =
                new SessionOpening(sessions, executions, background.executor(), replies, sessionResponses, responses);
        SessionFiles sessionFiles = new SessionFiles(sessions, background.executor());
        SessionFileReplies fileReplies = new SessionFileReplies(
                sessionFiles, files, new SessionFileResponses(answers, errors), fileResponses, replies);
        long maxFileBytes = Math.min(settings.bodies().maxUploadBytes(), InputFile.MAX_BYTES);
        return List.of(
                new SessionsResource(sessions, requests, opening, sessionResponses, responses),
                new SessionFilesResource(sessionFiles, files, maxFileBytes, fileReplies, memory));
    }

    private List<Object> hostedFiles() {
        return List.of(
                new HostResource(responses),
                new DownloadResource(files, responses, fileResponses, replies),
                new UnchangedFiles(files));
    }

    private static String version() throws IOException {
        Properties build = new Properties();
        try (InputStream in = WebComponents.class.getResourceAsStream("build.properties")) {
            build.load(in);
        }
        return build.getProperty("version");
    }
}
