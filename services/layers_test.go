package services_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/afterglow-live/afterglow/"

// layers say who alone may import what, and why. A pattern that ends in /... covers what is below
// too; "*" is everything that is neither ours nor in the standard library. The first rule that
// covers an import decides.
var layers = []struct {
	what  string
	by    []string
	tests bool // whether the rule holds for tests too
	why   string
}{
	{"services/webui", []string{"services/gateway"}, true, "only the gateway serves pages"},
	{"services/...", []string{"services", "services/cmd/...", "services/e2e/..."}, true, "services meet in the log, not in code"},
	{"pkg/...", []string{"pkg/...", "services/..."}, true, "events is the contract, and costs its readers nothing"},
	{
		"github.com/nats-io/...",
		[]string{"pkg/es", "pkg/api", "pkg/local", "pkg/testkit", "services/cmd/afterglow", "services/e2e/..."},
		true,
		"pkg/es hides JetStream: whoever speaks NATS besides can write past Append",
	},
	{"github.com/labstack/...", []string{"services/gateway"}, true, "HTTP ends at the gateway; a service answers endpoints"},
	{
		"github.com/gorilla/websocket",
		[]string{"services/gateway", "services/twitch", "services/e2e/...", "pkg/obs", "pkg/testkit/..."},
		false,
		"sockets of browsers end at the gateway, pkg/obs hides the one of OBS, and Twitch tells over one; a service declares documents and feeds",
	},
	{"github.com/minio/...", []string{"pkg/blob", "pkg/local", "pkg/testkit"}, true, "pkg/blob hides the object store"},
	{"github.com/versity/...", []string{"pkg/local"}, true, "only a laptop runs an object store of its own"},
	{"os/exec", []string{"pkg/media", "pkg/local", "services/cmd/...", "services/e2e/..."}, false, "pkg/media runs ffmpeg with its limits; nothing else starts programs"},
	{"*", []string{"pkg/...", "services/..."}, true, "events is the contract: the standard library alone"},
}

func covers(pattern, path string) bool {
	if pattern == "*" {
		first, _, _ := strings.Cut(path, "/")
		return strings.Contains(first, ".")
	}
	folder, below := strings.CutSuffix(pattern, "/...")
	return path == folder || below && strings.HasPrefix(path, folder+"/")
}

// pkg is a package as `go list` tells it.
type pkg struct {
	ImportPath, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
}

// list answers all packages of the three modules, without the path that they begin with.
func list(t *testing.T) []pkg {
	t.Helper()
	var all []pkg
	for _, folder := range []string{"../events", "../pkg", "."} {
		// -e: what does not compile is for the compiler to tell.
		cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports", "./...")
		cmd.Dir = folder
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("listing the packages in %s: %v", folder, err)
		}
		decoder := json.NewDecoder(strings.NewReader(strings.ReplaceAll(string(out), module, "")))
		for {
			var p pkg
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
	}
	return all
}

func TestLayers(t *testing.T) {
	t.Parallel()
	packages := list(t)
	var known []string // all that there is to import, and all that imports
	for _, p := range packages {
		known = slices.Concat(known, []string{p.ImportPath}, p.Imports, p.TestImports, p.XTestImports)
		check := func(imports []string, test bool) {
			for _, path := range imports {
				if why := refusal(p.ImportPath, path, test); why != "" {
					t.Errorf("%s imports %s: %s", p.ImportPath, path, why)
				}
			}
		}
		check(p.Imports, false)
		check(slices.Concat(p.TestImports, p.XTestImports), true)
	}
	for _, rule := range layers {
		for _, pattern := range append(rule.by, rule.what) {
			if !slices.ContainsFunc(known, func(path string) bool { return covers(pattern, path) }) {
				t.Errorf("the rule about %s names %s, which is not there: change the rule", rule.what, pattern)
			}
		}
	}
}

// refusal is why a package may not import a path; empty when it may.
func refusal(from, path string, test bool) string {
	for _, rule := range layers {
		if !covers(rule.what, path) {
			continue
		}
		own := service(from) != "" && service(from) == service(path)
		if own || test && !rule.tests || slices.ContainsFunc(rule.by, func(by string) bool { return covers(by, from) }) {
			return ""
		}
		return rule.why
	}
	return ""
}

// service is the folder of the service that a package belongs to.
func service(path string) string {
	inside, ok := strings.CutPrefix(path, "services/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(inside, "/")
	return name
}

func TestEveryPackageSaysOnceWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		files := p.GoFiles
		if len(files) == 0 {
			files = slices.Concat(p.TestGoFiles, p.XTestGoFiles)
		}
		var said []string
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Error(err)
			} else if file.Doc != nil {
				said = append(said, name)
			}
		}
		if len(said) != 1 {
			t.Errorf("%s has package comments in %v; one file has to say what the package is for", p.ImportPath, said)
		}
	}
}
