package org.pyexec.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the interpreter to use by trying the candidates in order. */
final class InterpreterSearch {

    private static final System.Logger LOG = System.getLogger(InterpreterSearch.class.getName());
    private static final List<String> USUAL = List.of("python3", "/usr/bin/python3");
    private static final long PATIENCE_SECONDS = 60;

    private final Optional<String> wanted;
    private final List<String> preload;

    InterpreterSearch(Optional<String> wanted, List<String> preload) {
        this.wanted = wanted;
        this.preload = preload;
    }

    /** Why no interpreter can be used; the message is one line. */
    static final class NotFoundException extends Exception {

        private final String problem;

        NotFoundException(String problem) {
            super(problem);
            this.problem = problem;
        }

        String problem() {
            return problem;
        }
    }

    /**
     * Starts each candidate once; takes seconds when it imports large libraries.
     *
     * @param main the Python runtime's entry
     */
    Interpreter find(Path main) throws NotFoundException, InterruptedException {
        if (wanted.isPresent()) {
            return probe(wanted.get(), List.of(), main);
        }
        Optional<Interpreter> incomplete = Optional.empty();
        List<String> problems = new ArrayList<>();
        for (String candidate : new LinkedHashSet<>(USUAL)) {
            try {
                Interpreter found = probe(candidate, preload, main);
                if (found.complete()) {
                    return found;
                }
                LOG.log(System.Logger.Level.INFO, "event=interpreter_incomplete python={0}", found.executable());
                incomplete = incomplete.isPresent() ? incomplete : Optional.of(found);
            } catch (NotFoundException e) {
                problems.add(e.problem());
                LOG.log(System.Logger.Level.INFO, "event=interpreter_unusable problem=\"{0}\"", e.problem());
            }
        }
        return incomplete.orElseThrow(() -> new NotFoundException(String.join("; ", problems)));
    }

    private static Interpreter probe(String candidate, List<String> modules, Path main)
            throws NotFoundException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(candidate, "-I", "-S", "-B", main.toString(), "probe"));
        command.addAll(modules);
        try {
            return verdict(candidate, firstLine(command));
        } catch (IOException e) {
            throw new NotFoundException("Python not available: " + candidate + ": command not found");
        }
    }

    private static String firstLine(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return "";
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output.lines().findFirst().orElse("");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Interpreter verdict(String candidate, String line) throws NotFoundException {
        String[] words = line.split("\t", -1);
        return switch (words[0]) {
            case "complete", "incomplete" -> new Interpreter(words[1], words[2], words[0].equals("complete"));
            case "problem" -> throw new NotFoundException(words[1]);
            default ->
                throw new NotFoundException(
                        "Python not available: " + candidate + " is not a Python interpreter of version 3.9 or later");
        };
    }
}
