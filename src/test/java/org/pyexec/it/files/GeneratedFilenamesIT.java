package org.pyexec.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** Which files of a program are listed, and under which names. */
@NeedsServer
class GeneratedFilenamesIT {

    private final Http http;

    GeneratedFilenamesIT(Http http) {
        this.http = http;
    }

    @Test
    void filesAtAnyDepthAreListedByRelativePathSortedByName() {
        JsonNode files = files("""
                import os
                os.makedirs('b/deep/er')
                os.makedirs('empty')
                for name in ['z.txt', 'b/x.txt', 'b/deep/er/y.txt', 'a.txt', '.hidden', 'B.txt']:
                    open(name, 'w').write(name)
                """);
        List<String> names = Json.texts(files, "filename");
        assertThat(names).containsExactlyInAnyOrder("z.txt", "b/x.txt", "b/deep/er/y.txt", "a.txt", ".hidden", "B.txt");
        assertThat(names).isSorted();
    }

    /** A client that saves all files of an answer in one folder overwrites none. */
    @Test
    void filesOfTheSameNameInTwoFoldersAreSavedUnderTwo() {
        JsonNode files = files("""
                import os
                for folder in ['x', 'y', 'x/y']:
                    os.makedirs(folder)
                for name in ['out.txt', 'x/out.txt', 'y/out.txt', 'x/y/out.txt', 'x%2Fout.txt', 'x_out.txt', 'ü', 'ö', '_', 'a\\\\b', 'a_b']:
                    open(name, 'w').write(name)
                """);
        List<String> names = new ArrayList<>();
        List<String> standIns = new ArrayList<>();
        for (JsonNode file : files) {
            Answer download = http.get(file.path("downloadUrl").textValue());
            assertThat(download.text()).isEqualTo(file.path("filename").textValue());
            String name = DownloadIT.filename(download);
            names.add(name);
            standIns.add(download.required("Content-Disposition").replaceFirst("; filename\\*=.*", ""));
        }
        assertThat(names)
                .hasSize(11)
                .doesNotHaveDuplicates()
                .contains("out.txt", "x%2Fout.txt", "y%2Fout.txt", "x%2Fy%2Fout.txt");
        assertThat(standIns).doesNotHaveDuplicates();
    }

    @Test
    void programCachesAndEmptyFoldersAreNotListed() {
        JsonNode files = files("""
                import os
                for folder in ['__pycache__', '.cache/x', '.config/y', 'sub/__pycache__', 'nothing']:
                    os.makedirs(folder)
                for name in ['__pycache__/a.pyc', '.cache/x/b', '.config/y/c', 'sub/__pycache__/d.pyc', 'sub/e.txt']:
                    open(name, 'w').write('x')
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("sub/e.txt");
    }

    @Test
    void importedHelperLeavesNoCompiledFile() {
        JsonNode files = files("""
                open('helper.py', 'w').write('value = 42')
                import importlib
                importlib.invalidate_caches()
                import helper
                assert helper.value == 42
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("helper.py");
    }

    @Test
    void replacedFileIsListedOnceWithItsLastContent() {
        JsonNode files = files("""
                import os
                open('a.txt', 'w').write('first')
                open('b.txt', 'w').write('second')
                os.rename('b.txt', 'a.txt')
                """);
        assertThat(Json.texts(files, "filename")).containsExactly("a.txt");
        assertThat(http.get(files.path(0).path("downloadUrl").textValue()).text())
                .isEqualTo("second");
    }

    private JsonNode files(String code) {
        return Shapes.success(http.execute(code)).path("generatedFiles");
    }
}
