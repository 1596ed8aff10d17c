// Command afterglow is the whole platform in one binary: everything on one machine with up, single
// services against outside NATS, PostgreSQL and S3 with run, and the tools to look into both.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/afterglow-live/afterglow/pkg/local"
)

// version is set by the build.
var version = "v0.0.0-dev"

// CLI is the command line. kong was chosen because the commands are then values with a Run method,
// and the help is derived from them.
type CLI struct {
	Data    string `help:"Folder of the installation; ./data unless told otherwise." default:"./data" env:"AFTERGLOW_DATA" type:"path" placeholder:"DIR"`
	Verbose bool   `help:"Tell more on standard error." short:"v"`

	Up      upCmd      `cmd:"" help:"Run everything on this machine."`
	Run     runCmd     `cmd:"" help:"Run some services against outside NATS, PostgreSQL and S3 (NATS_URL, DATABASE_URL, S3_ENDPOINT, …)."`
	List    listCmd    `cmd:"" help:"Show the map of the system without starting it."`
	Import  importCmd  `cmd:"" help:"Import recordings, just as an upload in the page."`
	Watch   watchCmd   `cmd:"" help:"Import what is recorded into a folder, as soon as each file is whole."`
	OBS     obsCmd     `cmd:"" name:"obs" help:"Tell what happens in the OBS of this machine, and import what it records."`
	Follow  followCmd  `cmd:"" help:"Follow live documents and feeds, as JSON lines."`
	Events  eventsCmd  `cmd:"" help:"Show what is on the logs."`
	Rebuild rebuildCmd `cmd:"" help:"Build tables anew from the first event on, while all goes on."`
	Replay  replayCmd  `cmd:"" help:"Replay the logs beside the tables and tell whether they are the same, or show something as it was."`
	Dead    deadCmd    `cmd:"" help:"See to what could not be handled."`
	Doctor  doctorCmd  `cmd:"" help:"Check every part, and say what to do."`
	Backup  backupCmd  `cmd:"" help:"Copy everything into one folder, while all goes on."`
	Restore restoreCmd `cmd:"" help:"Put a backup into an empty installation."`
	Token   tokenCmd   `cmd:"" help:"Make API tokens."`
	Config  configCmd  `cmd:"" help:"Show and check the settings."`
	Dev     devCmd     `cmd:"" help:"Tools to try and to test with."`
	Version versionCmd `cmd:"" help:"Show the version."`
}

// terminal is where a command reads and writes.
type terminal struct {
	out, err io.Writer
	log      *slog.Logger
}

// quietly is the terminal for a command that folds events by itself: what it meets there it says in
// words, and the log lines of the kit are told only to who asked for them.
func (t *terminal) quietly(cli *CLI) *terminal {
	if cli.Verbose {
		return t
	}
	return &terminal{out: t.out, err: t.err, log: slog.New(slog.DiscardHandler)}
}

// usageError is a mistake on the command line; it ends with 2.
type usageError struct{ error }

func main() {
	local.ServeS3IfAsked()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() { // a second signal ends at once
		<-ctx.Done()
		stop()
	}()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// execute runs one command line and answers the exit code: 0 done, 1 not done, 2 not understood.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cli CLI
	code := 0
	done := false
	parser, err := kong.New(&cli, kong.Name("afterglow"),
		kong.Description("Afterglow captures what happens during a stream, makes its recordings watchable, and can replay any of it."),
		kong.UsageOnError(), kong.Writers(stdout, stderr), kong.Exit(func(c int) { code, done = c, true }),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		panic(err)
	}
	parsed, err := parser.Parse(args)
	if done { // --help
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "afterglow: %v\nafterglow --help tells more\n", err)
		return 2
	}
	t := &terminal{out: stdout, err: stderr, log: logger(stderr, cli.Verbose)}
	slog.SetDefault(t.log) // for what logs without being given a logger
	err = parsed.Run(&cli, t)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "afterglow: %v\n", err)
		return 2
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	}
	fmt.Fprintf(stderr, "afterglow: %v\n", err)
	return 1
}

func logger(w io.Writer, verbose bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if verbose {
		options.Level = slog.LevelDebug
	}
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

type versionCmd struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// Run prints the version.
func (c *versionCmd) Run(t *terminal) error {
	if c.JSON {
		return printJSON(t.out, map[string]string{"version": version})
	}
	_, err := fmt.Fprintln(t.out, version)
	return err
}
