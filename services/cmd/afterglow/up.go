package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

type upCmd struct {
	Listen     string `help:"Where the pages are served; 127.0.0.1:8080 unless told otherwise." default:"127.0.0.1:8080" env:"AFTERGLOW_LISTEN" placeholder:"ADDR"`
	NATSListen string `help:"Let other machines reach nats-server there, with a token." name:"nats-listen" placeholder:"ADDR"`
	Demo       bool   `help:"Also import a sample stream, once there is an account."`
}

// Run starts everything in the data folder and stops it cleanly when it is told to.
func (c *upCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	if err := checkListen(c.Listen); err != nil {
		return err
	}
	config, err := run.Config{Listen: c.Listen}.FromEnv()
	if err != nil {
		return usageError{err}
	}
	config.Listen = c.Listen
	publicEndpoint, err := run.Env("S3_PUBLIC_ENDPOINT")
	if err != nil {
		return err
	}
	if err := checkPublicS3(config, publicEndpoint); err != nil {
		return err
	}
	began := time.Now()
	release, err := local.Lock(cli.Data)
	if err != nil {
		return err
	}
	defer release()
	// What would stop it later is told before anything starts.
	if err := local.CheckPort(c.Listen); err != nil {
		return fmt.Errorf("%w; choose another with --listen", err)
	}
	if c.NATSListen != "" {
		if err := local.CheckPort(c.NATSListen); err != nil {
			return fmt.Errorf("%w; choose another with --nats-listen", err)
		}
	}
	if err := errors.Join(local.CheckSpace(cli.Data), checkRestored(cli.Data)); err != nil {
		return err
	}

	parts, err := startParts(ctx, cli.Data, c.NATSListen, config)
	if err != nil {
		return err
	}
	defer parts.stop()
	if config.SecretKey == nil {
		if config.SecretKey, err = local.SecretKey(filepath.Join(cli.Data, "secret-key")); err != nil {
			return err
		}
	}
	p := run.Platform{
		DatabaseURL: parts.postgres.URL(), Work: filepath.Join(cli.Data, "work"),
		Logger: t.log, Version: version, Config: config,
	}
	if err := os.MkdirAll(p.Work, 0o700); err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	nc, err := parts.nats.Connect()
	if err != nil {
		return err
	}
	defer nc.Close()
	if p.Logs, err = es.Open(ctx, nc, t.log, es.Replicas(config.LogReplicas), es.Retention(config.ChatRetention)); err != nil {
		return err
	}
	if p.Blob, err = blob.Open(ctx, blob.Config{
		Endpoint: "http://" + parts.s3.Endpoint(), PublicEndpoint: publicS3(config, publicEndpoint, parts.s3.Endpoint(), networkHost()),
		Bucket: parts.s3.Bucket, AccessKey: parts.s3.AccessKey, SecretKey: parts.s3.SecretKey,
	}); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := listenSocket(ctx, parts.nats, cli.Data); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		local.WatchSpace(ctx, cli.Data)
		return nil
	})
	group.Go(func() error {
		return watch(ctx, "PostgreSQL", parts.postgres.Done(), filepath.Join(cli.Data, "postgres", "log"))
	})
	group.Go(func() error {
		return watch(ctx, "the S3 server", parts.s3.Done(), filepath.Join(cli.Data, "s3", "log"))
	})
	group.Go(func() error {
		defer cancel()
		return run.Run(ctx, p, services.All(), func() {
			announce(t, cli, p, time.Since(began))
			if c.Demo {
				group.Go(func() error { return importDemo(ctx, p, t) })
			}
		})
	})
	err = group.Wait()
	if err == nil || errors.Is(err, context.Canceled) {
		fmt.Fprintln(t.out, "Stopped.")
		return nil
	}
	return err
}

// watch waits until the part has ended for good, and says where to read why.
func watch(ctx context.Context, part string, done <-chan struct{}, log string) error {
	select {
	case <-ctx.Done():
		return nil
	case <-done:
		return fmt.Errorf("%s keeps ending and is not started again; the end of %s says why", part, log)
	}
}

// announce tells every address that a person needs.
func announce(t *terminal, cli *CLI, p run.Platform, took time.Duration) {
	fmt.Fprintf(t.out, "\nAfterglow is ready. It took %.1f s.\n\n  Open    %s\n", took.Seconds(), p.Config.URL())
	if other := networkURL(p.Config, networkHost()); other != "" {
		fmt.Fprintf(t.out, "  On your network  %s\n", other)
	}
	if link, err := os.ReadFile(filepath.Join(p.Work, "setup-link")); err == nil {
		fmt.Fprintf(t.out, "  Set up  %s\n          (once, within the next hour: it makes the owner's account)\n", strings.TrimSpace(string(link)))
	}
	fmt.Fprintf(t.out, "  Data    %s\n\nCtrl+C stops it.\n\n", cli.Data)
}

// parts are what services run on, started privately in the data folder.
type parts struct {
	nats     *local.NATS
	postgres *local.Postgres
	s3       *local.S3
}

func startParts(ctx context.Context, data, natsListen string, config run.Config) (*parts, error) {
	p := &parts{}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		p.nats, err = local.StartNATS(ctx, local.NATSOptions{Dir: filepath.Join(data, "nats"), Listen: natsListen, Durable: true})
		return err
	})
	group.Go(func() (err error) {
		p.postgres, err = local.StartPostgres(ctx, filepath.Join(data, "postgres"), local.PostgresOptions{Durable: true})
		return err
	})
	group.Go(func() (err error) {
		p.s3, err = local.StartS3(ctx, filepath.Join(data, "s3"), local.S3Options{Listen: s3Listen(config), Origins: origins(config)})
		return err
	})
	if err := group.Wait(); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *parts) stop() {
	if p.s3 != nil {
		p.s3.Stop()
	}
	if p.postgres != nil {
		p.postgres.Stop()
	}
	if p.nats != nil {
		p.nats.Stop()
	}
}
