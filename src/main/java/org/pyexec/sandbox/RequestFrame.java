package org.pyexec.sandbox;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the frames that request a run or a session, as docs/protocol.md describes them. The contents of files follow
 * these frames.
 */
final class RequestFrame {

    private RequestFrame() {}

    static ByteBuffer of(Program program) {
        List<Frames.Field> fields = new ArrayList<>();
        fields.add(new Frames.Field("timeout-ms", Long.toString(millis(program.timeout()))));
        fields.add(new Frames.Field("network", program.network() ? "1" : "0"));
        addLimits(program.limits(), fields);
        addInputs(program.inputs(), fields);
        if (program.shows()) {
            fields.add(new Frames.Field("result", "1"));
        }
        fields.add(new Frames.Field("code", program.code()));
        return Frames.frame(Frames.REQUEST, fields);
    }

    static ByteBuffer of(SessionTerms terms) {
        List<Frames.Field> fields = new ArrayList<>();
        fields.add(new Frames.Field("network", terms.network() ? "1" : "0"));
        addLimits(terms.limits(), fields);
        return Frames.frame(Frames.SESSION, fields);
    }

    static ByteBuffer of(FileOrder order) {
        List<Frames.Field> fields = new ArrayList<>();
        if (order instanceof FileOrder.Put put) {
            fields.add(new Frames.Field("what", "put"));
            fields.add(new Frames.Field("name", put.path().shown()));
            fields.add(new Frames.Field("size", Long.toString(put.content().size())));
        } else if (order instanceof FileOrder.Read read) {
            fields.add(new Frames.Field("what", "read"));
            fields.add(new Frames.Field("name", read.path().shown()));
        } else if (order instanceof FileOrder.Remove remove) {
            fields.add(new Frames.Field("what", "remove"));
            fields.add(new Frames.Field("name", remove.path().shown()));
        } else {
            fields.add(new Frames.Field("what", "list"));
        }
        return Frames.frame(Frames.ERRAND, fields);
    }

    private static long millis(Duration timeout) {
        return Math.max(1, timeout.toMillis());
    }

    private static void addLimits(Limits limits, List<Frames.Field> fields) {
        limits.memoryMb().ifPresent(limit -> fields.add(new Frames.Field("memory-mb", Integer.toString(limit))));
        limits.processes().ifPresent(limit -> fields.add(new Frames.Field("processes", Integer.toString(limit))));
        limits.outputBytes().ifPresent(limit -> fields.add(new Frames.Field("output-bytes", Integer.toString(limit))));
    }

    private static void addInputs(Inputs inputs, List<Frames.Field> fields) {
        if (!inputs.stdin().isEmpty()) {
            fields.add(new Frames.Field("stdin", inputs.stdin()));
        }
        inputs.args().forEach(arg -> fields.add(new Frames.Field("arg", arg)));
        inputs.env().forEach((name, value) -> fields.add(new Frames.Field("env", name + "=" + value)));
        for (InputFile file : inputs.files()) {
            fields.add(new Frames.Field("input", file.content().size() + "\0" + file.filename()));
        }
    }
}
