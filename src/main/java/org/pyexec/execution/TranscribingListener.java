package org.pyexec.execution;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.pyexec.sandbox.RunListener;

/** Writes a program's output into a transcript as it arrives. A slow reader makes the program wait, up to its time limit. */
record TranscribingListener(RunListener next, Transcript transcript, long deadlineNanos) implements RunListener {

    @Override
    public void stdout(byte[] bytes) throws IOException {
        next.stdout(bytes);
        print(Transcript.Stream.STDOUT, bytes);
    }

    @Override
    public void stderr(byte[] bytes) throws IOException {
        next.stderr(bytes);
        print(Transcript.Stream.STDERR, bytes);
    }

    @Override
    public void file(String filename, long size, InputStream content) throws IOException {
        next.file(filename, size, content);
    }

    @Override
    public boolean wantsResults(int bytes) {
        return next.wantsResults(bytes);
    }

    private void print(Transcript.Stream stream, byte[] bytes) throws IOException {
        transcript.print(stream, bytes);
        try {
            transcript.holdUpUntil(deadlineNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The application server wants its thread back");
        }
    }
}
