package media

import (
	"fmt"
	"strings"
	"testing"
)

func TestLadder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width, height int
		want          string
	}{
		{1920, 1080, "1920x1080 1280x720 854x480 640x360 426x240"},
		{1080, 1920, "1080x1920 720x1280 480x854 360x640 240x426"},
		{3840, 2160, "3840x2160 2560x1440 1920x1080 1280x720 854x480 640x360 426x240"},
		{7680, 4320, "3840x2160 2560x1440 1920x1080 1280x720 854x480 640x360 426x240"},
		{1280, 720, "1280x720 854x480 640x360 426x240"},
		{768, 432, "768x432 640x360 426x240"},
		{640, 480, "640x480 480x360 320x240"},
		{300, 200, "300x200"},
		{301, 201, "300x200"},
		{16, 16, "16x16"},
		{3440, 1440, "3440x1440 2580x1080 1720x720 1146x480 860x360 574x240"},
		{720, 720, "720x720 480x480 360x360 240x240"},
	} {
		var got []string
		for _, r := range ladder(c.width, c.height, 30) {
			got = append(got, fmt.Sprintf("%dx%d", r.Width, r.Height))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%d×%d: got %v, want %s", c.width, c.height, got, c.want)
		}
	}
}

func TestLadderRatesFall(t *testing.T) {
	t.Parallel()
	for _, bitRate := range []int64{0, 600_000, 8_000_000} {
		rungs := ladder(1920, 1080, 60)
		below(rungs[0], bitRate, rungs[1:])
		for i := 1; i < len(rungs); i++ {
			if rungs[i].MaxRate >= rungs[i-1].MaxRate {
				t.Errorf("source at %d: %d bits per second under %d", bitRate, rungs[i].MaxRate, rungs[i-1].MaxRate)
			}
			if bitRate > 0 && rungs[i].MaxRate > bitRate {
				t.Errorf("source at %d: a smaller picture may take %d", bitRate, rungs[i].MaxRate)
			}
		}
	}
}

func TestFrameRates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, mean, want string }{
		{"30000/1001", "30000/1001", "30000/1001"},
		{"30/1", "359/12", "30"},            // nearly even: the nominal rate
		{"90000/1", "24/1", "24"},           // uneven: the mean
		{"1000/1", "0/0", "0"},              // a clock, no rate
		{"60/1", "60/1", "60"},              //
		{"24000/1001", "0/0", "24000/1001"}, // a single group
		{"25/2", "25/2", "12.5"},            //
	} {
		if got := rational(frameRate(c.base, c.mean)); got != c.want {
			t.Errorf("%s and %s: got %s, want %s", c.base, c.mean, got, c.want)
		}
	}
	if fraction(12.5) != "12500/1000" || fraction(30) != "30" || fraction(29.97003) != "30000/1001" {
		t.Error(fraction(12.5), fraction(30), fraction(29.97003))
	}
}
