package org.pyexec.it.lifecycle;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent (java.lang.instrument) that is loaded into another JVM and exhausts its heap. */
public final class HeapExhauster {

    private static final int MEGABYTE = 1 << 20;

    private HeapExhauster() {}

    /** Called by the JVM into which it was loaded. */
    public static void agentmain(String argument) {
        Object[] taken = {};
        while (true) {
            taken = new Object[] {taken, new byte[MEGABYTE]};
        }
    }

    /** Exhausts the heap of a process of this user; the agent's archive is written to the folder. */
    static void useUpHeapOf(ProcessHandle process, Path folder) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
        try {
            machine.loadAgent(packed(folder).toString());
        } catch (IOException | AgentInitializationException ended) {
            // The other JVM cannot answer any more; the caller checks that it has ended.
            System.getLogger(HeapExhauster.class.getName()).log(Level.DEBUG, "no answer", ended);
        } finally {
            machine.detach();
        }
    }

    private static Path packed(Path folder) throws IOException {
        Path jar = folder.resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Agent-Class", HeapExhauster.class.getName());
        String name = HeapExhauster.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file, manifest);
                InputStream code = HeapExhauster.class.getResourceAsStream("/" + name)) {
            entries.putNextEntry(new JarEntry(name));
            code.transferTo(entries);
        }
        return jar;
    }
}
