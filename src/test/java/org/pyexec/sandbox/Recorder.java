package org.pyexec.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;

/** Keeps everything that a program sends. */
final class Recorder implements RunListener {

    final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    final Map<String, byte[]> files = new TreeMap<>();

    @Override
    public void stdout(byte[] bytes) {
        stdout.writeBytes(bytes);
    }

    @Override
    public void stderr(byte[] bytes) {
        stderr.writeBytes(bytes);
    }

    @Override
    public void file(String filename, long size, InputStream content) throws IOException {
        files.put(filename, content.readAllBytes());
    }
}
