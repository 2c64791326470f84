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

/** Comes into another JVM as an agent (java.lang.instrument) and takes its heap until there is nothing left. */
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

    /** Uses up the heap of a process of this user; the agent is packed into the folder. */
    static void useUpHeapOf(ProcessHandle process, Path folder) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
        try {
            machine.loadAgent(packed(folder).toString());
        } catch (IOException | AgentInitializationException ended) {
            // It can't answer any more; whoever calls looks whether that is so.
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
