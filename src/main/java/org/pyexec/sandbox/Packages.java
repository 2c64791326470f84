package org.pyexec.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * The packages that programs can import besides the standard library.
 *
 * @param python version of the interpreter that runs programs
 * @param packages sorted by name
 */
public record Packages(String python, List<Installed> packages) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public Packages {
        packages = List.copyOf(packages);
    }

    /**
     * One package as it was installed.
     *
     * @param modules the names under which it is imported, sorted
     */
    public record Installed(String name, String version, List<String> modules) {

        public Installed {
            modules = List.copyOf(modules);
        }
    }

    /**
     * Reads the supervisor's list.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Packages read(String python, String list) {
        try {
            return new Packages(python, JSON.readValue(list, new TypeReference<List<Installed>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no list of packages", e);
        }
    }
}
