package org.pyexec.it.support;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;

import fish.payara.micro.BootstrapException;
import fish.payara.micro.PayaraMicro;
import fish.payara.micro.PayaraMicroRuntime;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that embeds Payara Micro: it deploys the application when its archive appears in a folder, and undeploys it when the
 * archive is removed. The argument is the archive; its descriptor names the context path.
 */
final class EmbeddedPayaraMicro {

    private static final String APPLICATION = "python-executor";

    private EmbeddedPayaraMicro() {}

    /** The command that runs this, on the port in the environment. */
    static List<String> command(Path folder) {
        Path jar = Path.of(System.getProperty("payara.microJar"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = Server.PROJECT.resolve("target/test-classes").toString();
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(List.of(System.getProperty("pyexec.javaOptions").split(" ", -1)));
        packagesToOpen(jar).forEach(name -> command.add("--add-opens=" + name + "=ALL-UNNAMED"));
        command.addAll(List.of(
                "-cp",
                jar + File.pathSeparator + classes,
                EmbeddedPayaraMicro.class.getName(),
                folder.resolve(APPLICATION + ".war").toString()));
        return command;
    }

    /** The folder of such a command. */
    static Path folder(List<String> command) {
        return Objects.requireNonNull(Path.of(command.get(command.size() - 1)).getParent());
    }

    /** As {@code java -jar} opens them. */
    private static List<String> packagesToOpen(Path jar) {
        try (JarFile open = new JarFile(jar.toFile())) {
            String names = open.getManifest().getMainAttributes().getValue("Add-Opens");
            return List.of(names.split(" ", -1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void main(String[] arguments) throws BootstrapException, InterruptedException, IOException {
        Path archive = Path.of(arguments[0]);
        WatchService changes = FileSystems.getDefault().newWatchService();
        Objects.requireNonNull(archive.toAbsolutePath().getParent()).register(changes, ENTRY_CREATE, ENTRY_DELETE);
        PayaraMicroRuntime server = PayaraMicro.getInstance()
                .setHttpPort(Integer.parseInt(Objects.requireNonNull(System.getenv("PORT"))))
                .setNoCluster(true)
                .bootStrap();
        boolean deployed = false;
        while (true) {
            boolean wanted = Files.exists(archive);
            if (wanted && !deployed) {
                server.deploy(APPLICATION, contextPath(archive), archive.toFile());
            } else if (deployed && !wanted) {
                server.undeploy(APPLICATION);
            }
            deployed = wanted;
            WatchKey key = changes.take();
            key.pollEvents();
            key.reset();
        }
    }

    /** Empty for the root. */
    private static String contextPath(Path archive) throws IOException {
        try (JarFile war = new JarFile(archive.toFile())) {
            String xml = new String(
                    war.getInputStream(war.getEntry("WEB-INF/glassfish-web.xml"))
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
            Matcher root =
                    Pattern.compile("<context-root>/(.*?)</context-root>").matcher(xml);
            if (!root.find()) {
                throw new IllegalStateException(xml);
            }
            return root.group(1).isEmpty() ? "" : "/" + root.group(1);
        }
    }
}
