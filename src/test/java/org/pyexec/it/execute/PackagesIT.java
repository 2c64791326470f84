package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;

/** {@code GET /packages}: the libraries that programs can import. */
@NeedsServer
class PackagesIT {

    private final Http http;

    PackagesIT(Http http) {
        this.http = http;
    }

    @Test
    void packagesAreThoseThatProgramsCanImport() {
        org.awaitility.Awaitility.await()
                .atMost(60, java.util.concurrent.TimeUnit.SECONDS)
                .until(() -> http.get("/packages").status() == 200);
        ObjectNode json = http.get("/packages").json();
        assertThat(Json.fields(json)).containsExactly("python", "environment", "packages");
        assertThat(json.path("python").textValue())
                .isEqualTo(run("1").path("python").textValue());
        assertThat(json.path("environment").textValue()).isEqualTo("default");
        JsonNode packages = json.path("packages");
        assertThat(Json.texts(packages, "name")).doesNotHaveDuplicates().contains("numpy", "pandas", "matplotlib");
        packages.forEach(each -> {
            assertThat(Json.fields(each)).containsExactly("name", "version", "modules");
            if (each.path("name").textValue().equals("numpy")) {
                Answer answer = http.execute("import numpy; print(numpy.__version__, end='')");
                assertThat(each.path("version").textValue())
                        .isEqualTo(answer.json().path("output").textValue());
                assertThat(Json.strings(each.path("modules"))).contains("numpy");
            }
        });
    }

    private JsonNode run(String code) {
        return http.execute(code).json().path("run");
    }
}
