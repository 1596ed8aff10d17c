package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// module is the path that the import paths of all packages begin with.
const module = "github.com/afterglow-live/afterglow"

// source is what the Go files say and reflection cannot tell. The keys are import paths with the
// name of a type, and for a field its name too: "…/events.ClipRegistered.Object".
type source struct {
	// comments of types and of their fields, each on one line.
	comments map[string]string
	// values of the string constants of a type, in the order in which they are written.
	values map[string][]any
}

// readSource reads the Go files, but for the tests, of some folders under the root of the repository.
func readSource(root fs.FS, folders ...string) (source, error) {
	src := source{comments: map[string]string{}, values: map[string][]any{}}
	for _, folder := range folders {
		err := fs.WalkDir(root, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			src.add(path.Join(module, path.Dir(name)), file)
			return nil
		})
		if err != nil {
			return source{}, fmt.Errorf("reading %s: %w", folder, err)
		}
	}
	return src, nil
}

func (s source) add(pkg string, file *ast.File) {
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.addType(pkg+"."+spec.Name.Name, spec, group.Doc)
			case *ast.ValueSpec:
				s.addConstants(pkg, spec)
			}
		}
	}
}

func (s source) addType(name string, spec *ast.TypeSpec, doc *ast.CommentGroup) {
	s.comments[name] = oneLine(spec.Doc, doc)
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range fields.Fields.List {
		for _, ident := range field.Names {
			s.comments[name+"."+ident.Name] = oneLine(field.Doc, field.Comment)
		}
	}
}

// addConstants takes the constants that are written with their type: Owner Role = "owner".
func (s source) addConstants(pkg string, spec *ast.ValueSpec) {
	kind, ok := spec.Type.(*ast.Ident)
	if !ok {
		return
	}
	for _, value := range spec.Values {
		if literal, ok := value.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				s.values[pkg+"."+kind.Name] = append(s.values[pkg+"."+kind.Name], text)
			}
		}
	}
}

// oneLine is the first comment that says something, without line breaks.
func oneLine(comments ...*ast.CommentGroup) string {
	for _, comment := range comments {
		if text := strings.Join(strings.Fields(comment.Text()), " "); text != "" {
			return text
		}
	}
	return ""
}
